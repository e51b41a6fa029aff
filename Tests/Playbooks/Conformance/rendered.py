#!/usr/bin/python3
"""Renders the templates of a JSON file {"variables": …, "templates": […]} with Jinja2 as Ansible sets it up.

One line of JSON for each: the text, or null where Jinja2 refuses.
"""

import json
import sys
import warnings

from jinja2 import Environment, StrictUndefined



class Missing(StrictUndefined):
    """As Ansible's: what is within something undefined is undefined too."""

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return self

    def __getitem__(self, name):
        return self


with open(sys.argv[1]) as source:
    given = json.load(source)


def finalized(value):
    """Nothing is an empty text, and nothing undefined is written, also within lists and dicts."""
    if isinstance(value, Missing):
        str(value)
    for element in value if isinstance(value, (list, tuple)) else value.values() if isinstance(value, dict) else ():
        finalized(element)
    return "" if value is None else value


environment = Environment(undefined=Missing, trim_blocks=True, finalize=finalized)
warnings.simplefilter("ignore")
for template in given["templates"]:
    try:
        print(json.dumps(environment.from_string(template).render(given["variables"])))
    except Exception:
        print("null")
