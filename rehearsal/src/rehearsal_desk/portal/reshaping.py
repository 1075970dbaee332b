# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Our own pages written in other ways; each knows just the markup of our templates."""

from __future__ import annotations

import json
import re
import typing as t

_FIELD: t.Final = re.compile(r'<div class="field">\s*<label for="([^"]+)">(.*?)</label>(.*?)</div>', re.DOTALL)
_SELECT: t.Final = re.compile(r'<select id="([^"]+)" name="([^"]+)"[^>]*>(.*?)</select>', re.DOTALL)
_OPTION: t.Final = re.compile(r'<option value="([^"]*)"( selected)?>(.*?)</option>', re.DOTALL)
_FACTS: t.Final = re.compile(r"<dl([^>]*)>(.*?)</dl>", re.DOTALL)
_FACT: t.Final = re.compile(r"<div><dt>(.*?)</dt><dd>(.*?)</dd></div>", re.DOTALL)
_LABEL: t.Final = re.compile(r'<label for="([^"]+)">(.*?)</label>', re.DOTALL)
_BETWEEN: t.Final = ":"


def as_tables(page: str) -> str:
    """Show facts as rows of a table."""
    rows = r'<tr><th scope="row">\1</th><td>\2</td></tr>'
    return _FACTS.sub(lambda facts: f"<table{facts[1]}><tbody>{_FACT.sub(rows, facts[2])}</tbody></table>", page)


def in_fieldsets(page: str) -> str:
    """Return each field in a fieldset that bears its name."""
    return _FIELD.sub(r'<fieldset class="field"><legend>\2</legend>\3</fieldset>', page)


def as_radio_buttons(page: str) -> str:
    """Return each pull-down as a group of radio buttons."""

    def buttons(select: re.Match[str]) -> str:
        options = [option.groups("") for option in _OPTION.finditer(select[3]) if option[1]]
        return "".join(
            f'<label><input type="radio" name="{select[2]}" value="{value}"{chosen and " checked"}>{text}</label>'
            for value, chosen, text in options
        )

    def group(field: re.Match[str]) -> str:
        if not _SELECT.search(field[3]):
            return field[0]
        return f'<fieldset class="field"><legend>{field[2]}</legend>{_SELECT.sub(buttons, field[3])}</fieldset>'

    return _FIELD.sub(group, page)


def with_new_item(page: str) -> str:
    """Return a name that no catalogue has, in lists."""
    return page.replace("<td>SureServer for クラウド</td>", "<td>SureServer 2030</td>")


def by_ids(page: str) -> str:
    """Show no label: each field names the element with its text."""
    names = [label[1] for label in _LABEL.finditer(page)]
    page = _LABEL.sub(r'<span id="\1-text">\2</span>', page)
    for name in names:
        page = page.replace(f' id="{name}"', f' id="{name}" aria-labelledby="{name}-text"')
    return page


def apart(page: str) -> str:
    """Show 品目 and 有効期間 in a pull-down each, put together by the form's reader."""

    def two(field: re.Match[str]) -> str:
        select = _SELECT.search(field[3])
        if field[1] != "product" or not select:
            return field[0]
        pairs = [
            (*option[1].split(_BETWEEN), *option[3].rsplit(" ", 1))
            for option in _OPTION.finditer(select[3])
            if option[1]
        ]
        items = {product: name for product, _term, name, _length in pairs}
        terms = {term: length for _product, term, _name, length in pairs}
        return _pulldown("product", "品目", items) + _pulldown("term", "有効期間", terms)

    return _FIELD.sub(two, page)


def _pulldown(name: str, label: str, options: t.Mapping[str, str]) -> str:
    lines = "".join(f'<option value="{value}">{text}</option>' for value, text in options.items())
    choose = '<option value="">選択してください</option>'
    return (
        f'<div class="field"><label for="{name}">{label}</label>'
        f'<select id="{name}" name="{name}">{choose}{lines}</select></div>'
    )


_REST: t.Final = re.compile(r'<div class="inline"><button type="submit" name="apply_usage".*?(?=</form>)', re.DOTALL)
_SCRIPT: t.Final = """<div id="rest"></div></form><script>
  for (const usage of document.querySelectorAll("input[name=usage]"))
    usage.addEventListener("change", () => setTimeout(() => {{
      document.getElementById("rest").innerHTML = {rest};
    }}, 60));
</script>"""


def by_script(page: str) -> str:
    """Let what follows the usage on the order form come by a script, a little after the choice."""
    found = _REST.search(page)
    if not found:
        return page
    # Without the button of the form that needs no script.
    rest = re.sub(r'^<div class="inline">.*?</div>', "", found[0], flags=re.DOTALL)
    script = _SCRIPT.format(rest=json.dumps(rest).replace("</", "<\\/"))
    return page[: found.start()] + script + page[found.end() + len("</form>") :]
