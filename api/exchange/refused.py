"""Why a workbook cannot be read at all: one class for each reason, known by its code.

The sentences, in both languages, stand in `api/labels/exchange.toml` under `refused.<code>`; `fields` fill
them. What is wrong inside a readable workbook is not here: those are problems, cell by cell.
"""

from typing import ClassVar

from api.exchange.messages import say


class WorkbookRefused(Exception):  # noqa: N818 - refusals are named as the state of things
    """A file that is no inventory workbook; nothing was taken from it."""

    code: ClassVar[str]
    by_code: ClassVar[dict[str, "type[WorkbookRefused]"]] = {}

    def __init__(self, **fields: str | int) -> None:
        self.fields = fields
        super().__init__(self.text("en"))

    def __init_subclass__(cls) -> None:
        WorkbookRefused.by_code[cls.code] = cls

    def text(self, language: str) -> str:
        """Say to a person, in `language` (`zh` or `en`), what was refused and what to do next."""
        return say("refused", self.code, language, self.fields)


class FileNotFound(WorkbookRefused):
    code = "file-not-found"


class FileIsADirectory(WorkbookRefused):
    code = "file-is-a-directory"


class FileNotPermitted(WorkbookRefused):
    code = "file-not-permitted"


class FileNotRegular(WorkbookRefused):
    """A pipe, socket, device, or a link that leads back to itself."""

    code = "file-not-regular"


class FileEmpty(WorkbookRefused):
    code = "file-empty"


class FileTooLarge(WorkbookRefused):
    """Fields: `size` and `limit`, in MB."""

    code = "file-too-large"


class FormatNotSupported(WorkbookRefused):
    """Fields: `found`, the kind of file that it is."""

    code = "format-not-supported"


class WorkbookUnreadable(WorkbookRefused):
    code = "workbook-unreadable"


class WorkbookEncrypted(WorkbookRefused):
    code = "workbook-encrypted"


class WorkbookHasMacros(WorkbookRefused):
    code = "workbook-has-macros"


class WorkbookIsABomb(WorkbookRefused):
    """Fields: `limit`, in MB: what the file may unpack to."""

    code = "workbook-is-a-bomb"


class WorkbookTooComplex(WorkbookRefused):
    """Reading it needs more memory, time or text than is allowed, mostly because of a far stray cell."""

    code = "workbook-too-complex"


class TooManyRows(WorkbookRefused):
    """Fields: `limit`, rows that hold anything."""

    code = "too-many-rows"


class NoRows(WorkbookRefused):
    """A header and nothing beneath it. Silence is not a zero report."""

    code = "no-rows"


class WrongSheet(WorkbookRefused):
    """Fields: `sheets`, the names of those that were looked at; `wanted`, column names."""

    code = "wrong-sheet"


class ChannelUnclear(WorkbookRefused):
    """The columns fit more than one of the three channels equally well. Fields: `sheet`."""

    code = "channel-unclear"


class ChannelsMixed(WorkbookRefused):
    """Sheets of different channels in one workbook. Fields: `sheets`."""

    code = "channels-mixed"


class WorkbookClassified(WorkbookRefused):
    """A secrecy marking stands above the table. Fields: `sheet`, `cell`; the marking's text is not kept."""

    code = "workbook-classified"
