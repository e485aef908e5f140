"""Where the samples come from."""

from __future__ import annotations

from pathlib import PurePath
from typing import Annotated, Literal

from pydantic import AfterValidator, ConfigDict, Field

from dec_core.config.kinds import Kinds
from dec_core.config.section import Section, setting

# What a stored run may say of a data set that this program does not know.
Plain = str | int | float | bool | None
Scaling = Literal["none", "pixels", "unit", "features", "standard", "norm"]
ImageColor = Literal["auto", "grey", "color"]
Missing = Literal["refuse", "drop", "median"]
TextColumns = Literal["leave-out", "one-hot"]
ColumnNames = tuple[Annotated[str, Field(min_length=1, max_length=500)], ...]


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
        "none: values as they are. pixels: divided by 255. unit: all together to 0..1. features: "
        "each feature to 0..1. standard: each feature to mean 0 and deviation 1. norm: each sample "
        "to one length (DEC paper).",
    )
    log1p: bool = setting(
        False, "Logarithm", "Take log(1 + value) first, for counts and long tails; from 0 on only."
    )

    @property
    def called(self) -> str:
        """What a person calls the data: the name of the set, or of the file."""
        return self.name


def _printable(name: str) -> str:
    """It is shown on screens and terminals, so that it holds no control characters."""
    if not name.isprintable():
        raise ValueError("must be printable text")
    return name


class FileData(DataSettings):
    """A file of one's own: a table, an array or images, and what its columns are for."""

    name: str = "file"
    file: str = setting(
        "",
        "File",
        "Its path on this machine, or upload:FINGERPRINT/NAME if it was uploaded.",
    )
    part: str | None = setting(
        None, "Part", "Which array of a file that holds several; empty for the one it proposes."
    )
    label: str | None = setting(
        None, "Label column", "The column of true labels, for scores only; empty for none."
    )
    id: str | None = setting(
        None, "Id column", "The column that names the samples in what is exported; empty for none."
    )
    leave_out: ColumnNames = setting((), "Left out", "Columns that are not trained on.")
    categorical: ColumnNames = setting(
        (), "Categories", "Columns of numbers that are names of categories: one-hot."
    )
    text_columns: TextColumns = setting(
        "leave-out",
        "Text columns",
        "Leave them out, or make each of their values a feature of 0 and 1.",
    )
    image_size: int | None = setting(
        None,
        "Image size",
        "Height and width in pixels to which images are brought; empty for the one proposed.",
        ge=1,
        le=512,
    )
    image_color: ImageColor = setting(
        "auto", "Colour", "Of images: grey or colour; auto: grey where all of them are."
    )
    missing: Missing = setting(
        "refuse",
        "Missing values",
        "refuse: name them. drop: leave the row out. median: of the column.",
    )

    @property
    def called(self) -> str:
        """The file's own name, as "wine.csv"; "file" where none is chosen."""
        return PurePath(self.file).name or self.name


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
    "Digits is built in, file is one of your own; the others are read from disk or downloaded.",
    tag="name",
    unknown=UnknownSource,
)
for _name in ("digits", "fashion-mnist", "mnist"):
    SOURCES.register(DataSettings, _name)
SOURCES.register(FileData, "file")
