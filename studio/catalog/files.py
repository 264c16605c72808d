"""The collections that the shipped models learn from, by SHA-256: a card says what a model learned
from only where the files were these, byte for byte."""

from __future__ import annotations

FILES: dict[str, str] = {
    "pop909_quantised.zip": "c255d246027d6b2f733827125d0557557c7263f043cbbe654beba81895033d58",
    "bach_chorales.zip": "b79843c95b2e06a99489241b77ef0c69cb433272ea1a8fa0309ac8a7e4a03f0e",
    "rock_freedoom.zip": "44273ea0351c932a1cbdf55dc7a434b7a3038abfd59b884d3157c6342063d9ea",
    "rock_band_arranged.zip": "3922e4b2c1ca44c2970f66e5a4ee3a7d0f6890d79901982dbb0ed90c38458a83",
    "jazz_band_arranged.zip": "1d1845084a15bcf0bb5607d69e96c0a48e1de68ef6c97865e1c28d7cfcfbaefa",
    "openscore_orchestra.zip": "982962c5d25b56b873b9ac4d07e4fd2817435ada868ae6894c9882763931a83e",
    "openscore_lieder.zip": "2ec87c208b2ba7e6aca6672ead26005e9e489771694bb42763da92deb8ddcea4",
    "country_band_arranged.zip": "f13d87178d5ab8d4978075fb598ec2935603fbb223a00d46da85dd9f6b37a6e2",
    "groove_drums.zip": "801c24be12daad89491ced033b62e99ac4b574139f8f12b75e4ff15913ecf32b",
}
