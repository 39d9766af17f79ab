"""Tables as people have them: those of scikit-learn in several dialects and encodings, and one with gaps and words."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd


@dataclass(frozen=True)
class Dialect:
    """How a table is written."""

    separator: str
    decimal: str = "."
    encoding: str = "utf-8"
    suffix: str = ".csv"


COMMAS = Dialect(",")
GERMAN = Dialect(";", ",", "cp1252")
TABS = Dialect("\t", encoding="utf-16", suffix=".tsv")
BARS = Dialect("|", encoding="utf-8-sig", suffix=".txt")


def write(frame: pd.DataFrame, folder: Path, name: str, dialect: Dialect) -> Path:
    path = folder / f"{name}{dialect.suffix}"
    frame.to_csv(path, sep=dialect.separator, decimal=dialect.decimal, encoding=dialect.encoding, index=False)
    return path


def penguins(rows: int = 344) -> pd.DataFrame:
    """Three kinds of birds on three islands: an id, a constant, words with accents, gaps in two columns and in one."""
    random = np.random.default_rng(5)
    kind = random.choice(3, rows, p=[0.2, 0.36, 0.44])
    male = random.random(rows) < 0.5
    length = np.array([49.0, 47.5, 39.0])[kind] + 3 * male + random.normal(0, 2.2, rows)
    depth = np.array([18.4, 15.0, 18.3])[kind] + 1.2 * male + random.normal(0, 0.9, rows)
    mass = np.array([3730.0, 5080.0, 3700.0])[kind] + 500 * male + random.normal(0, 330, rows)
    frame = pd.DataFrame(
        {
            "nr": [f"B{row + 101}" for row in range(rows)],
            "species": np.array(["Chinstrap", "Gentoo", "Rockhopper"])[kind],
            "island": np.where(random.random(rows) < 0.7, np.array(["Dream", "Île Verte", "Déception"])[kind], "Dream"),
            "bill_length": length.round(1),
            "bill_depth": depth.round(1),
            "mass": mass.round(-1),
            "sex": np.where(male, "male", "female"),
            "year": random.choice([2007, 2008, 2009], rows),
            "region": "south",
        }
    )
    frame.loc[[3, 271], ["bill_length", "bill_depth", "mass"]] = np.nan
    frame.loc[[3, 8, 9, 10, 11, 47, 178, 218, 256, 268, 271], "sex"] = None
    return frame


def california(rows: int = 4000) -> pd.DataFrame:
    """Prices of houses as they might follow from where they are and who lives there, in dollars."""
    random = np.random.default_rng(6)
    income = random.gamma(4, 1, rows)
    age = random.integers(1, 52, rows)
    rooms = random.normal(5.4, 1, rows)
    north, east = random.uniform(32.5, 42, rows), random.uniform(-124, -114, rows)
    coast = np.abs(east + 124 - (42 - north) * 0.75)
    price = 45_000 * income**0.9 + 900 * age + 8000 * rooms - 9000 * coast + random.normal(0, 25_000, rows)
    return pd.DataFrame(
        {
            "income": income.round(4),
            "age": age,
            "rooms": rooms.round(3),
            "latitude": north.round(2),
            "longitude": east.round(2),
            "price": price.clip(15_000, 500_001).round(),
        }
    )


def scikit(name: str) -> Callable[[], pd.DataFrame]:
    """One of scikit-learn's own; the classes by their names, where they have some."""

    def frame() -> pd.DataFrame:
        from sklearn import datasets

        loaded: Any = getattr(datasets, f"load_{name}")()
        made = pd.DataFrame(loaded.data, columns=list(getattr(loaded, "feature_names", range(loaded.data.shape[1]))))
        names = getattr(loaded, "target_names", None)
        made["target"] = loaded.target if names is None or name == "digits" else np.array(names)[loaded.target]
        return made

    return frame


TABLES: dict[str, tuple[Callable[[], pd.DataFrame], Dialect, str]] = {
    "iris": (scikit("iris"), GERMAN, "target"),
    "wine": (scikit("wine"), TABS, "target"),
    "breast_cancer": (scikit("breast_cancer"), COMMAS, "target"),
    "diabetes": (scikit("diabetes"), BARS, "target"),
    "digits": (scikit("digits"), COMMAS, "target"),
    "california": (california, GERMAN, "price"),
    "penguins": (penguins, GERMAN, "species"),
}
