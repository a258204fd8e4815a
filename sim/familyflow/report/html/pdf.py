"""A page as a PDF, as an extra."""

from __future__ import annotations

from importlib import import_module

from familyflow.ground.problem import Problem


def refuse_without() -> None:
    """Refuse to make a PDF where the extra for it is not installed; Problem."""
    try:
        import_module("weasyprint")
    except (ImportError, OSError) as error:  # OSError: the package is there, and a library of the system is not
        need = (
            "--pdf: needs the extra 'pdf' (pip install '.[pdf]') and the libraries of the system that WeasyPrint names"
        )
        raise Problem(f"{need}; without them, print report.html from a browser") from error


def pdf(page: str) -> bytes:
    """Return a page as a PDF, set for A4; Problem where the extra for it is not installed."""
    refuse_without()
    return bytes(import_module("weasyprint").HTML(string=page).write_pdf())
