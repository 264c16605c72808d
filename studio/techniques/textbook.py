"""The textbook GAN, to learn from: what DeepComposer's was, in one file, read from top to bottom.

Two networks play a game. A generator draws the band's picture from the melody's and from noise, two
bars at a time; a critic scores pictures. What it lacks beside the `gan` technique (chord plan,
learned rhythm, onsets, pieces of any length in one pass) is what one hears.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from studio.music.instruments import Part
from studio.music.roll import Window
from studio.techniques.forms import EPOCHS, Form, Training, setting
from studio.techniques.game import Game
from studio.techniques.lazy import Module, Tensor, nn, torch
from studio.techniques.losses import Loss
from studio.techniques.rolls import ALL_PITCHES, Pictures, RollTechnique, pieces, random_cuts
from studio.techniques.trainer import Draw, Trainer, descend
from studio.techniques.weights import Weights, answer, fill
from studio.techniques.wgan import GAME, PENALTY_WEIGHT, UPDATE_RATIO, gradient_penalty

CUT_STEPS = 32  # two bars of 4/4 in sixteenths: what is seen and played at once
CHANNELS = (16, 32, 64, 128)  # after each halving of the picture; DeepComposer had 64 to 512
NARROW = (CUT_STEPS // 16, ALL_PITCHES // 16)  # steps and pitches after four halvings
NOISE = (CHANNELS[-1], *NARROW)  # as many channels of noise as of melody
BETAS = (0.5, 0.9)


# --- 1. The players


class Generator(Module):
    """melody (batch, 1, step, pitch) and noise (batch, *NOISE) -> logits (batch, track, step,
    pitch); their sigmoid is the picture. A U-Net (Ronneberger et al. 2015, arXiv 1505.04597).
    `density` (track,) is the share of cells that sound in the training music."""

    density: Tensor

    def __init__(self, tracks: int) -> None:
        super().__init__()
        self.down = nn.ModuleList(
            nn.Sequential(nn.Conv2d(a, b, 4, 2, 1), _norm(b), nn.LeakyReLU(0.2))
            for a, b in pairwise((1, *CHANNELS))
        )
        # upwards each layer reads what the one below made, and a skip from the way down
        self.up = nn.ModuleList(
            nn.Sequential(nn.ConvTranspose2d(2 * a, b, 4, 2, 1), _norm(b), nn.ReLU())
            for a, b in pairwise(CHANNELS[::-1])
        )
        self.last = nn.ConvTranspose2d(2 * CHANNELS[0], tracks, 4, 2, 1)
        self.register_buffer("density", torch.zeros(tracks))

    def forward(self, melody: Tensor, noise: Tensor) -> Tensor:
        x = melody
        skips = []
        for layer in self.down:
            x = layer(x)
            skips.append(x)
        skips[-1] = noise  # at the narrowest place there is no detail to skip to
        for layer in self.up:
            x = layer(torch.cat([x, skips.pop()], 1))
        logits: Tensor = self.last(torch.cat([x, skips.pop()], 1))
        return logits


class Critic(Module):
    """A band (batch, track, step, pitch) and its melody (batch, 1, step, pitch) -> one score each,
    (batch,): the higher, the more it looks like people's music. Without normalisation, for the
    gradient penalty asks for each sample's own gradient."""

    def __init__(self, tracks: int) -> None:
        super().__init__()
        self.layers = nn.ModuleList(
            nn.Sequential(nn.Conv2d(a, b, 4, 2, 1), nn.LeakyReLU(0.2))
            for a, b in pairwise((tracks + 1, *CHANNELS))
        )
        self.dense = nn.Linear(CHANNELS[-1] * NARROW[0] * NARROW[1], 1)

    def forward(self, band: Tensor, melody: Tensor) -> Tensor:
        x = torch.cat([band, melody], 1)
        for layer in self.layers:
            x = layer(x)
        scores: Tensor = self.dense(x.flatten(1))[:, 0]
        return scores


def _norm(channels: int) -> nn.BatchNorm2d:
    return nn.BatchNorm2d(channels, momentum=0.2)


# --- 2. The game: WGAN-GP, see `studio.techniques.wgan`, and nothing else


class TextbookTrainer(Trainer):
    """The critic learns to score people's bands above the generator's; the generator learns to be
    scored high. Nothing tells it which notes people played to this very melody."""

    def __init__(
        self, tracks: int, settings: Textbook.Settings, device: str, weights: Weights | None = None
    ) -> None:
        super().__init__(settings, device)
        self.settings = settings
        self.generator = Generator(tracks).to(self.device)
        if weights is not None:
            fill(self.generator, weights)
        self.critic = Critic(tracks).to(self.device)
        self.networks = {"generator": self.generator, "critic": self.critic}
        self.optimisers = {
            f"{name}_step": torch.optim.Adam(network.parameters(), self.learning_rate, BETAS)
            for name, network in self.networks.items()
        }

    def step(self, draw: Draw, progress: float) -> dict[str, float]:
        """`update_ratio` updates of the critic, then one of the generator, each on fresh cuts."""
        self.set_rates()
        report: dict[str, float] = {}
        for _ in range(self.settings.update_ratio):
            report |= self.learn_critic(*self.cuts(draw(), self.rng))
        melody, band = self.cuts(draw(), self.rng)
        report["generator_loss"] = self.learn_generator(melody)
        self.steps += 1
        self.generator.density.lerp_(band.mean((0, 2, 3)), 1 / self.steps)  # the mean so far
        return report

    def learn_critic(self, melody: Tensor, band: Tensor) -> dict[str, float]:
        with torch.no_grad():
            made = self.play(melody, self.rng)
        distance = self.critic(band, melody).mean() - self.critic(made, melody).mean()
        share = self.tensor(self.rng.random((len(band), 1, 1, 1), np.float32))
        penalty = gradient_penalty(lambda x: self.critic(x, melody), band, made, share)
        loss = -distance + PENALTY_WEIGHT * penalty
        descend(loss, self.critic.parameters(), self.optimisers["critic_step"])
        return {"critic_loss": loss.item(), "gradient_penalty": penalty.item()}

    def learn_generator(self, melody: Tensor) -> float:
        loss = -self.critic(self.play(melody, self.rng), melody).mean()
        descend(loss, self.generator.parameters(), self.optimisers["generator_step"])
        return float(loss.item())

    def held_out(self, windows: Sequence[Window]) -> dict[str, float]:
        rng = np.random.default_rng(self.settings.seed)  # the same cuts and noise each time
        melody, band = self.cuts(windows, rng)
        with torch.no_grad():
            self.generator.eval()
            made = self.play(melody, rng)
            self.generator.train()
            distance = self.critic(band, melody).mean() - self.critic(made, melody).mean()
        return {"held_out_wasserstein": distance.item()}

    def cuts(self, windows: Sequence[Window], rng: np.random.Generator) -> tuple[Tensor, Tensor]:
        melody, band = random_cuts(windows, CUT_STEPS, rng)
        return self.tensor(melody), self.tensor(band)

    def play(self, melody: Tensor, rng: np.random.Generator) -> Tensor:
        """The generator's picture (batch, track, step, pitch), shades between 0 and 1."""
        noise = self.tensor(rng.standard_normal((len(melody), *NOISE), np.float32))
        return torch.sigmoid(self.generator(melody, noise))


# --- 3. The technique

_RATE = "How far an update moves the weights, of generator and critic alike."
_RISK = "How much noise the generator hears: 0 plays the same band for every seed."


class Textbook(RollTechnique):
    id, title = "textbook", "Textbook GAN"
    description = "Two bars at a time, a generator against a critic, no other help: to learn from."
    losses = GAME | {
        "held_out_wasserstein": Loss(
            "Critic's distance, unseen music",
            "What the critic makes of unseen music: its distance to the generator's.",
            detail=True,
        ),
    }

    game = Game(
        "Generator", "melody and noise", "two bars", "Critic", "people's two bars", learns=True,
        story="The critic learns to tell people's two bars from the generator's; the generator "
        "learns to be taken for people, and has no other help: nobody tells it which notes people "
        "played to this melody.",
    )  # fmt: skip

    class Settings(Training):  # DeepComposer's, with its values; it offered the first three
        epochs: int = setting(10, 1, 2000, EPOCHS, first=True)
        learning_rate: float = setting(0.001, 0.00001, 0.01, _RATE, first=True)
        update_ratio: int = setting(5, 1, 10, UPDATE_RATIO, first=True)
        batch_size: int = setting(64, 1, 256, "Two-bar cuts in one update.")

    class Knobs(Form):
        creative_risk: float = setting(1.0, 0.0, 2.0, _RISK)

    presets = {
        "Quick": {"epochs": 60, "update_ratio": 2, "batch_size": 16},
        "Best": {"epochs": 100},
        "Textbook": {},
    }

    def network(self, parts: Sequence[Part], settings: Settings) -> Generator:
        return Generator(len(parts))

    def trainer(
        self, parts: Sequence[Part], settings: Settings, device: str, weights: Weights | None = None
    ) -> TextbookTrainer:
        return TextbookTrainer(len(parts), settings, device, weights)

    def logits(
        self, network: Generator, melody: Pictures, triads: NDArray[np.int64], knobs: Knobs,
        rng: np.random.Generator,
    ) -> Pictures:  # fmt: skip
        """Two bars after two bars, each with its own noise; of chords it knows nothing."""
        cuts = pieces(melody, CUT_STEPS)
        noise = knobs.creative_risk * rng.standard_normal((len(cuts), *NOISE), np.float32)
        played = answer(network, cuts, noise.astype(np.float32))
        return played.transpose(1, 0, 2, 3).reshape(played.shape[1], -1, ALL_PITCHES)

    def seconds_a_sample(self, settings: Settings) -> float:
        return 0.0023 + 0.0040 * settings.update_ratio
