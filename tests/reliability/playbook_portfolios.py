# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The plan is the run, as users run it: random portfolios through plan.yml, apply.yml and plan.yml."""

from __future__ import annotations

import contextlib
import pathlib
import random
import typing as t

from ansible_collections.iij.server_certificate.tests.playbooks.ssh_hosts import running_hosts
from ansible_collections.iij.server_certificate.tests.playbooks.trial_site import Site, open_site
from ansible_collections.iij.server_certificate.tests.reliability import judging, worlds
from ansible_collections.iij.server_certificate.tests.reliability.wishes import Begin, Product, Wish

Json = dict[str, t.Any]

MOST_ORDERS: t.Final = 6


def random_wishes(draw: random.Random) -> tuple[Wish, ...]:
    """Orders of every kind, which begin with nothing, half done, done or paid for by hand; some to be cancelled."""
    return tuple(_wish(draw, f"n{index}") for index in range(draw.randint(1, MOST_ORDERS)))


def _wish(draw: random.Random, name: str) -> Wish:
    product = draw.choice(list(Product))
    begins = [Begin.NOTHING, Begin.NOTHING]
    if product is not Product.LINKED:
        begins += [Begin.ORDERED, Begin.BY_HAND]
    if product is Product.SUPPLIED:
        begins += [Begin.REGISTERED]
    begin = draw.choice(begins)
    # What is registered by another CSR than the order's is left alone, or cancelled.
    return Wish(name=name, product=product, begin=begin, cancelled=begin is not Begin.NOTHING and draw.random() < 0.3)


def mismatches(site: Site, *, seed: int, number: int) -> list[str]:
    """Everything in which the run of one random portfolio was not what its plan said."""
    wishes = random_wishes(random.Random(f"{seed}/{number}"))
    label = f"c{number}"
    place = worlds.made(wishes, folder=site.folder / "places" / label, number=label, desk=site.desk)
    password = site.write("vault-password", f"{worlds.PASSPHRASE}\n")
    arguments = (
        "-e", f"certificate_orders={place.orders}", "-e", f"certificate_portfolio={place.portfolio}",
        "--vault-password-file", str(password),
    )  # fmt: skip
    before = judging.records(site.desk, place)
    planned = _steps(site.run("plan", *arguments).of("cert_portfolio"))
    looked = judging.records(site.desk, place)
    site.run("apply", *arguments)
    after = judging.records(site.desk, place)
    again = _steps(site.run("plan", *arguments).of("cert_portfolio"))
    done = after.done_since(before, place)
    found = [] if looked == before else ["the plan changed something"]
    found += [f"planned {sorted(planned)}, done {sorted(done)}"] if planned != done else []
    found += [f"planned once more {sorted(again)}"] if again else []
    found += [*judging.purchases_wrong(after, place), *judging.orders_lost(after, place)]
    return [f"portfolio {number}, seed {seed}: {words}" for words in found]


def _steps(result: Json) -> judging.Done:
    """Every step that changes the desk."""
    return frozenset(
        (step["step"], row["name"])
        for row in result["orders"]
        for step in row["steps"]
        if step["step"] in judging.CHANGING
    )


@contextlib.contextmanager
def a_site(folder: pathlib.Path) -> t.Iterator[Site]:
    """A place of work with one host and a desk of its own."""
    for name in ("ssh", "site"):
        (folder / name).mkdir()
    with running_hosts("web1", folder=folder / "ssh") as hosts, open_site(folder / "site", hosts) as site:
        yield site


__all__ = ("a_site", "mismatches", "random_wishes")
