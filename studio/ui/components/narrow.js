/** Whether the window is as narrow as a phone's, as in `theme.css`. */
export const NARROW = window.matchMedia("(max-width: 640px)");
