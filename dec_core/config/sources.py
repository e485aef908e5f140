"""Where the samples come from."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, ConfigDict, Field

from dec_core.config.kinds import Kinds
from dec_core.config.section import Section, setting

# What a stored run may say of a data set that this program does not know.
Plain = str | int | float | bool | None
Scaling = Literal["none", "unit", "standard", "norm"]


class DataSettings(Section):
    """Which data are clustered; by itself a data set that needs nothing but its name."""

    name: str = "digits"
    n_samples: int | None = setting(
        None,
        "Samples",
        "How many samples to use, drawn class by class with the seed; empty means all.",
        ge=1,
        le=10_000_000,
    )
    scaling: Scaling = setting(
        "none",
        "Scaling",
        "none: values as they are. unit: all to 0..1. standard: each feature to mean 0 and "
        "deviation 1. norm: each sample to one length (DEC paper).",
    )


def _printable(name: str) -> str:
    """It is shown on screens and terminals, so that it holds no control characters."""
    if not name.isprintable():
        raise ValueError("must be printable text")
    return name


class UnknownSource(DataSettings):
    """A data set of a stored run that is not registered here, with whatever was stored of it.

    Such a run can be opened, compared and exported. It cannot be trained, resumed or branched.
    """

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, Plain | list[Plain]]

    name: Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_printable)]


SOURCES = Kinds(
    "data.name",
    DataSettings,
    "digits",
    "Data set",
    "Digits is built in; the others are read from disk or downloaded.",
    tag="name",
    unknown=UnknownSource,
)
for _name in ("digits", "fashion-mnist", "mnist"):
    SOURCES.register(DataSettings, _name)
