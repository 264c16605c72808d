"""The Compose page's side of the arranger: which piece lies on the table, what the component is
shown of it, and what becomes of what it asks for."""
