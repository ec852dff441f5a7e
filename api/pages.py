"""The pages that a browser may open: the API's description, and what each problem means. No page asks anything of another server.

`swagger-ui` lies here as its makers released it (Apache-2.0, see `docs_page/`). Keeps: every page forbids, by its own headers, what is
not ours: no script, style or picture from elsewhere, no inline script.
"""

from collections.abc import Mapping
from functools import cache
from html import escape
from importlib.resources import files
from string import Template
from typing import Final

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from api.catalogue import Language, catalogue, say
from api.problems import Problem, codes

ASSETS: Final[Mapping[str, str]] = {
    "swagger-ui-bundle.js": "text/javascript",
    "swagger-ui.css": "text/css",
    "start.js": "text/javascript",
    "page.css": "text/css",
}
STRICT: Final = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
}

routes = APIRouter(include_in_schema=False)


@routes.get("/docs")
def docs() -> HTMLResponse:
    return HTMLResponse(_file("docs.html"), headers=STRICT)


@routes.get("/docs/{name}")
def asset(name: str) -> Response:
    if name not in ASSETS:
        raise Problem("nothing-here")
    return Response(_file(name), media_type=ASSETS[name], headers={"Cache-Control": "public, max-age=86400"})


@routes.get("/problems")
def problems(request: Request) -> HTMLResponse:
    del request
    return HTMLResponse(Template(_file("problems.html").decode()).substitute(rows="\n".join(_rows())), headers=STRICT)


@routes.get("/problems/{code}")
def problem(code: str) -> HTMLResponse:
    if code not in codes():
        raise Problem("nothing-here")
    return HTMLResponse(problem_page(code), headers=STRICT)


def problem_page(code: str) -> str:
    """Return the page of one problem, in both languages."""
    status = codes()[code]
    said = {f"title_{tongue}": say(f"status.{status}", tongue) for tongue in _TONGUES}
    said |= {f"remedy_{tongue}": say(f"remedy.{status}", tongue) for tongue in _TONGUES}
    said |= {tongue: meaning(code, tongue) for tongue in _TONGUES}
    return Template(_file("problem.html").decode()).substitute(
        code=escape(code), status=status, **{name: escape(words) for name, words in said.items()}
    )


def meaning(code: str, language: Language) -> str:
    """Return the sentence of a problem with its blanks as dots."""
    words: str = getattr(catalogue()[code], language)
    return words.format_map(_Dots())


_TONGUES: Final[tuple[Language, Language]] = ("zh", "en")


class _Dots(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "…"


def _rows() -> list[str]:
    cell = (
        "<tr><td><a href='/problems/{0}'><code>{0}</code></a></td><td>{1}</td><td>{2}</td><td lang='en'>{3}</td></tr>"
    )
    return [
        cell.format(code, status, escape(meaning(code, "zh")), escape(meaning(code, "en")))
        for code, status in codes().items()
    ]


@cache
def _file(name: str) -> bytes:
    return files("api").joinpath("docs_page", name).read_bytes()
