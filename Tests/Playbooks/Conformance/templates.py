#!/usr/bin/python3
"""Writes templates.json: what Ansible's own templating makes of every template in templates.txt.

Run by hand where Debian's package ansible is installed; the table is committed. A line of templates.txt is one
template, with ⏎ for a newline; "value:" or "file:" before it says that it is for a playbook's value or a template
file only.
"""

import json
import os
import sys
import tempfile

from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar

HERE = os.path.dirname(os.path.abspath(__file__))


def plain(value):
    """The value as JSON has it."""
    if isinstance(value, dict):
        return {str(key): plain(element) for key, element in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(element) for element in value]
    if isinstance(value, str):
        return str(value)
    if value is None or isinstance(value, (bool, int, float)):
        return value
    return str(value)


def templates(path):
    with open(path, newline="\n") as lines:
        for line in lines:
            line = line.rstrip("\n")
            if not line or line.startswith("# "):
                continue
            dialects = ["value", "file"]
            for dialect in dialects:
                if line.startswith(dialect + ":"):
                    dialects, line = [dialect], line[len(dialect) + 1:]
                    break
            for dialect in dialects:
                yield dialect, line.replace("⏎", "\n").replace("␍", "\r")


def evaluated(templar, dialect, text):
    try:
        if dialect == "value":
            return ["ok", plain(templar.template(text))]
        return ["ok", templar.do_template(text, preserve_trailing_newlines=True, escape_backslashes=False)]
    except Exception as error:
        print(dialect, repr(text), str(error)[:200].replace("\n", " "), file=sys.stderr)
        return ["error"]


def main():
    with open(os.path.join(HERE, "variables.json")) as source:
        given = json.load(source)
    with tempfile.TemporaryDirectory() as folder:
        for name, text in given["files"].items():
            with open(os.path.join(folder, name), "w") as output:
                output.write(text)
        rows = []
        for dialect, text in templates(os.path.join(HERE, "templates.txt")):
            variables = json.loads(json.dumps(given["variables"]))
            variables["ansible_search_path"] = [folder]
            templar = Templar(loader=DataLoader(), variables=variables)
            templar.environment.loader.searchpath = [folder]
            rows.append(json.dumps([dialect, text] + evaluated(templar, dialect, text), ensure_ascii=False))
    print(json.dumps(given, ensure_ascii=False)[:-1] + ',\n"cases": [\n' + ",\n".join(rows) + "\n]}")


main()
