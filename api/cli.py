"""The command `mingze`: what can be asked of it, by which options, and how it ends.

Exit codes: 0 well; 1 something was found; 2 refused, or asked wrongly; 3 the database cannot be reached; 4 the program failed; 130
interrupted. Keeps: nothing heavy is imported before a command runs; whatever goes wrong is said in plain lines, never as a traceback.
"""

# ruff: noqa: ARG001, PLC0415, PLR0913, PLR0917 - a command's options are its arguments, --json and --lang have been read by the voice,
# and what a command needs is imported when it runs.

import os
import signal
import sys
from datetime import datetime
from pathlib import Path
from types import FrameType
from typing import Annotated, Any
from uuid import UUID

import typer

from api.catalogue import say
from api.speaking import INTERRUPTED, Voice


def _both(code: str) -> str:
    return f"{say(code, 'zh')}\n\n{say(code, 'en')}"


def _line(code: str) -> str:
    return f"{say(code, 'zh')} / {say(code, 'en')}"


app = typer.Typer(
    name="mingze", help=_both("cli.mingze"), no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False
)
importing = typer.Typer(help=_line("cli.import"), no_args_is_help=True)
templates = typer.Typer(help=_line("cli.template"), no_args_is_help=True)
app.add_typer(importing, name="import")
app.add_typer(templates, name="template")

Data = Annotated[Path | None, typer.Option("--data", help=_line("cli.option.data"), show_default=False)]
Json = Annotated[bool, typer.Option("--json", help=_line("cli.option.json"))]
Lang = Annotated[str | None, typer.Option("--lang", help=_line("cli.option.lang"), metavar="zh|en", show_default=False)]


def _show_version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        print(version("mingze"))
        raise typer.Exit


Version = Annotated[
    bool, typer.Option("--version", callback=_show_version, is_eager=True, help=_line("cli.option.version"))
]


@app.callback()
def _mingze(version: Version = False) -> None:
    """Hold the options that stand before a command."""


@app.command(help=_both("cli.serve"), short_help=_line("cli.serve"))
def serve(
    context: typer.Context,
    host: Annotated[str | None, typer.Option(help=_line("cli.option.host"), show_default=False)] = None,
    port: Annotated[
        int | None, typer.Option(min=0, max=65535, help=_line("cli.option.port"), show_default=False)
    ] = None,
    project: Annotated[bool, typer.Option("--project/--no-project", help=_line("cli.option.project"))] = True,
    data: Data = None,
    as_json: Json = False,
    lang: Lang = None,
) -> int:
    from api import serving

    return serving.serve(_settings(data, host=host, port=port), context.obj, follow=project)


@app.command(help=_both("cli.migrate"), short_help=_line("cli.migrate"))
def migrate(context: typer.Context, data: Data = None, as_json: Json = False, lang: Lang = None) -> int:
    from api import upkeep

    return upkeep.migrate(_settings(data), context.obj)


@app.command(help=_both("cli.project"), short_help=_line("cli.project"))
def project(context: typer.Context, data: Data = None, as_json: Json = False, lang: Lang = None) -> int:
    from api import serving

    return serving.project(_settings(data), context.obj)


@app.command(help=_both("cli.rebuild"), short_help=_line("cli.rebuild"))
def rebuild(
    context: typer.Context,
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[NAME]...", help=_line("cli.option.projection"), show_default=False)
    ] = None,
    compare: Annotated[bool, typer.Option("--compare", help=_line("cli.option.compare"))] = False,
    switch: Annotated[bool, typer.Option("--switch", help=_line("cli.option.switch"))] = False,
    rollback: Annotated[bool, typer.Option("--rollback", help=_line("cli.option.rollback"))] = False,
    ground: Annotated[str | None, typer.Option(help=_line("cli.option.ground"), show_default=False)] = None,
    unit: Annotated[UUID | None, typer.Option(help=_line("cli.option.signing-unit"), show_default=False)] = None,
    post: Annotated[str | None, typer.Option(help=_line("cli.option.post"), show_default=False)] = None,
    share: Annotated[int, typer.Option(min=1, max=100, help=_line("cli.option.share"))] = 100,
    data: Data = None,
    as_json: Json = False,
    lang: Lang = None,
) -> int:
    from api import rebuilding

    asked = rebuilding.Asked(
        names=tuple(names or ()),
        compare=compare,
        switch=switch,
        rollback=rollback,
        ground=ground,
        unit=unit,
        post=post,
        share=share,
    )
    return rebuilding.rebuild(_settings(data), context.obj, asked)


@app.command(help=_both("cli.replay"), short_help=_line("cli.replay"))
def replay(
    context: typer.Context,
    upto: Annotated[int | None, typer.Option("--to", min=0, help=_line("cli.option.to"), show_default=False)] = None,
    step: Annotated[bool, typer.Option("--step", help=_line("cli.option.step"))] = False,
    data: Data = None,
    as_json: Json = False,
    lang: Lang = None,
) -> int:
    from api import replaying

    return replaying.replay(_settings(data), context.obj, upto, step=step)


@app.command(help=_both("cli.verify"), short_help=_line("cli.verify"))
def verify(context: typer.Context, data: Data = None, as_json: Json = False, lang: Lang = None) -> int:
    from api import inspection

    return inspection.inspect(_settings(data), context.obj)


@app.command(help=_both("cli.status"), short_help=_line("cli.status"))
def status(context: typer.Context, data: Data = None, as_json: Json = False, lang: Lang = None) -> int:
    from api import upkeep

    return upkeep.status(_settings(data), context.obj)


@app.command(help=_both("cli.demo"), short_help=_line("cli.demo"))
def demo(
    context: typer.Context,
    serve: Annotated[bool, typer.Option("--serve/--no-serve", help=_line("cli.option.serve"))] = True,
    world: Annotated[Path | None, typer.Option(help=_line("cli.option.world"), show_default=False)] = None,
    port: Annotated[
        int | None, typer.Option(min=0, max=65535, help=_line("cli.option.port"), show_default=False)
    ] = None,
    data: Data = None,
    as_json: Json = False,
    lang: Lang = None,
) -> int:
    from api.demo import run

    return run.demo(_settings(data, port=port), context.obj, world=world, serve=serve and not as_json)


@importing.command("inventory", help=_both("cli.import-inventory"), short_help=_line("cli.import-inventory"))
def import_inventory(
    context: typer.Context,
    files: Annotated[list[Path], typer.Argument(help=_line("cli.option.files"), show_default=False)],
    campaign: Annotated[str, typer.Option(help=_line("cli.option.campaign"), show_default=False)],
    channel: Annotated[str | None, typer.Option(help=_line("cli.option.channel"), show_default=False)] = None,
    filed_on: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help=_line("cli.option.filed-on"), show_default=False)
    ] = None,
    unit: Annotated[str | None, typer.Option(help=_line("cli.option.unit"), show_default=False)] = None,
    post: Annotated[str | None, typer.Option(help=_line("cli.option.post"), show_default=False)] = None,
    preview: Annotated[bool, typer.Option("--preview", help=_line("cli.option.preview"))] = False,
    marked: Annotated[Path | None, typer.Option(help=_line("cli.option.marked"), show_default=False)] = None,
    data: Data = None,
    as_json: Json = False,
    lang: Lang = None,
) -> int:
    from api import intake

    asked = intake.Asked(
        files=tuple(files),
        campaign=campaign,
        channel=channel,
        filed_on=filed_on.date() if filed_on else None,
        unit=unit,
        post=post,
        preview=preview,
        marked=marked,
    )
    return intake.import_inventory(_settings(data), context.obj, asked)


@templates.command("inventory", help=_both("cli.template-inventory"), short_help=_line("cli.template-inventory"))
def template_inventory(
    context: typer.Context,
    output: Annotated[Path | None, typer.Argument(help=_line("cli.option.output"), show_default=False)] = None,
    channel: Annotated[str, typer.Option(help=_line("cli.option.channel"))] = "implementer",
    as_json: Json = False,
    lang: Lang = None,
) -> int:
    from api import intake

    return intake.template(context.obj, output or Path(say("template.default-file", "zh")), channel)


def _settings(data: Path | None, **told: Any) -> Any:
    """Read the settings; what an option says goes before what the environment says."""
    from dataclasses import replace

    from api.settings import read

    given = {"data": data, **told}
    return replace(read(os.environ), **{name: value for name, value in given.items() if value is not None})


def main() -> None:
    """Run the command line and end the process with its exit code."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Run one command and return its exit code; nothing is raised."""
    voice = Voice.of(arguments, os.environ)
    before = signal.signal(signal.SIGTERM, _terminated)
    try:
        status = int(app(arguments, prog_name="mingze", standalone_mode=False, obj=voice) or 0)
        return voice.fail(INTERRUPTED, "interrupted") if status == INTERRUPTED else status
    except Exception as error:  # noqa: BLE001 - the last stop: here an error becomes words
        from api.failing import explain

        return explain(error, voice, trace=bool(os.environ.get("MINGZE_TRACE")))
    finally:
        signal.signal(signal.SIGTERM, before)


def _terminated(_signal: int, _frame: FrameType | None) -> None:
    """End as an interrupted command does, so that a database of our own is let go of."""
    raise KeyboardInterrupt


if __name__ == "__main__":
    main()
