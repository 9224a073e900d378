"""Particles as objects. Planted: small arrays in `Particle.step`, called by a generator."""

from collections.abc import Iterator

import numpy as np


class Particle:
    def __init__(self, seed: int) -> None:
        rng = np.random.default_rng(seed)
        self.position, self.velocity = rng.random(3), rng.random(3)

    def step(self, dt: float) -> None:
        self.position = self.position + self.velocity * dt
        self.velocity = np.where(self.position > 1, -self.velocity, self.velocity)


class World:
    def __init__(self, count: int) -> None:
        self.particles = [Particle(seed) for seed in range(count)]

    def frames(self, count: int) -> Iterator[float]:
        for _ in range(count):
            for particle in self.particles:
                particle.step(1e-3)
            yield self.energy()

    def energy(self) -> float:
        return float(sum(p.velocity @ p.velocity for p in self.particles))


if __name__ == "__main__":
    print(sum(World(200).frames(3500)) > 0)
