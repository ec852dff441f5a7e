"""The verification of the whole log, told to an inspector who has never seen a terminal.

Behind `mingze verify`. Keeps: it says what was recomputed, where the first wrong position is and what is wrong there, and what this
verification cannot see.
"""

from dataclasses import asdict

from api.catalogue import LANGUAGES, Language, say
from api.runtime import server_at
from api.settings import Settings
from api.speaking import FINDINGS, OK, Voice
from ledger.verifying import Finding, Verdict, verify


def inspect(settings: Settings, voice: Voice) -> int:
    """Recompute the log and tell what was found; exit 1 on a finding."""
    with server_at(settings) as server, voice.progress("verify.progress") as progress:
        verdict = verify(server.dsn, progress)
    voice.document(document(verdict))
    tell(verdict, voice)
    return FINDINGS if verdict.finding else OK


def document(verdict: Verdict) -> dict[str, object]:
    """Return a verdict as the one document of `--json`."""
    finding: dict[str, object] | None = None
    if verdict.finding:
        said = {str(language): _sentence(verdict.finding, language) for language in LANGUAGES}
        finding = {**asdict(verdict.finding), **said}
    return {
        "verified": verdict.finding is None,
        "facts": verdict.facts,
        "root": verdict.root,
        "synthetic_clock": verdict.synthetic,
        "finding": finding,
        "left_out": verdict.left_out,
        "cannot_see": {language: say("verify.cannot-see", language) for language in LANGUAGES},
    }


def tell(verdict: Verdict, voice: Voice) -> None:
    """Print a verdict, language by language: who reads one need not skip over the other."""
    if voice.as_json:
        return
    for number, language in enumerate(voice.languages):
        if number:
            print()
        print(say("verify.title", language))
        if verdict.synthetic:
            print(say("verify.synthetic", language))
        print(say("verify.recomputed", language, facts=f"{verdict.facts:,}"))
        print(
            say("verify.empty", language) if not verdict.facts and not verdict.finding else _outcome(verdict, language)
        )
        for guard in verdict.left_out:
            print(say("verify.left-out", language, guard=guard))
        print(say("verify.cannot-see", language))


def _outcome(verdict: Verdict, language: Language) -> str:
    if verdict.finding is None:
        return say("verify.sound", language, facts=f"{verdict.facts:,}", root=verdict.root)
    return _sentence(verdict.finding, language)


def _sentence(finding: Finding, language: Language) -> str:
    where = "at" if finding.position else "beside"
    what = say(f"verify.what.{finding.code}", language)
    return say(f"verify.wrong-{where}", language, position=finding.position, what=what, said=finding.said)
