"""The audit's rules: what is wrong with a use. Pure: reads no file, no database and no clock."""

from __future__ import annotations

from captions.audit.codes import CODES, SEVERITIES, Code, Severity, graded
from captions.audit.finding import Finding, counted
from captions.audit.model import Failure, Use

__all__ = ["CODES", "SEVERITIES", "Code", "Failure", "Finding", "Severity", "Use", "counted", "graded"]
