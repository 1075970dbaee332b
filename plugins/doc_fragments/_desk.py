# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

from __future__ import annotations


class ModuleDocFragment:
    """Options of the desk; the same cut as _argspec.desk() with _argspec.portal()."""

    DOCUMENTATION = r"""
options:
  desk:
    description:
      - How the desk is reached, where V(api) is the JSON interface of C(docs/desk-interface.md), V(portal) are the
        portal's screens, see C(docs/portal.md), and V(by_hand) are people who follow work sheets and record what came of
        it, see C(docs/guides/by-hand.md). With V(by_hand) nothing is ever ordered, registered or cancelled by a task.
      - Falls back to the environment variable E(IIJ_CERT_DESK) on the controller.
    type: str
    choices: [api, portal, by_hand]
    default: api
  desk_url:
    description:
      - Where the desk is, for example V(https://desk.example.jp). Plain C(http) is taken only for loopback addresses.
      - With O(desk=portal) it is the page where one logs in, or any other that leads there.
      - Falls back to the environment variable E(IIJ_CERT_DESK_URL) on the controller.
    type: str
  desk_token:
    description:
      - The token of an admin at the desk. It stays on the controller.
      - Falls back to the environment variable E(IIJ_CERT_TOKEN) on the controller. A variable for one role goes first, namely
        E(IIJ_CERT_ORDER_TOKEN) for what a group admin does and E(IIJ_CERT_REGISTER_TOKEN) for what a service admin does.
    type: str
  desk_ca_path:
    description:
      - A file with the CA certificates that the desk's own certificate is checked against, on the controller; V(~) is the home folder.
      - Falls back to the environment variable E(IIJ_CERT_DESK_CA_PATH) on the controller.
    type: str
  desk_proxy_url:
    description:
      - An HTTP proxy on the way to the desk, as C(http://HOST:PORT) or C(http://USER:PASSWORD@HOST:PORT). It is given nothing to read but the desk's
        name, for what goes through it is encrypted from here to the desk. Desks at loopback addresses are reached without it.
      - The variables of other programs (E(https_proxy), E(HTTPS_PROXY)) are not used.
      - Falls back to the environment variable E(IIJ_CERT_DESK_PROXY_URL) on the controller.
    type: str
    version_added: 1.4.0
  desk_folder:
    description:
      - The folder of O(desk=by_hand), on the controller, with the register C(register.yml) of what people have recorded, the
        certificates that came, the CSRs and the work sheets.
      - With another desk the contract IDs of this register are used for orders that name none.
      - Falls back to the environment variable E(IIJ_CERT_DESK_FOLDER) on the controller.
    type: str
  request_timeout:
    description:
      - How many seconds to wait for a connection and for each part of an answer. A whole call, with all pages of a list, may take
        20 times as many.
    type: int
    default: 30
  portal_user:
    description:
      - The master ID (マスターID) that logs in to the portal, with O(desk=portal). It stays on the controller.
      - Falls back to the environment variable E(IIJ_CERT_PORTAL_USER) on the controller.
    type: str
  portal_password:
    description:
      - The password of O(portal_user). It stays on the controller.
      - Falls back to the environment variable E(IIJ_CERT_PORTAL_PASSWORD) on the controller.
    type: str
  portal_engine:
    description:
      - What makes pages of what the portal sends, where V(http) reads its HTML as it comes, and V(browser) has an installed
        Chromium run the scripts of its pages first, see C(docs/portal.md). V(browser) needs the Python package C(playwright).
      - Falls back to the environment variable E(IIJ_CERT_PORTAL_ENGINE) on the controller.
    type: str
    choices: [http, browser]
    default: http
  portal_browser_path:
    description:
      - The program of the installed Chromium for O(portal_engine=browser), on the controller. Without it
        C(chromium-headless-shell), C(chromium), C(chromium-browser) or C(google-chrome) is looked for on E(PATH). No
        browser is ever downloaded.
      - Falls back to the environment variable E(IIJ_CERT_PORTAL_BROWSER_PATH) on the controller.
    type: str
  screen_map:
    description:
      - A file on the controller that says what is called otherwise on the portal's screens than the collection expects.
      - Falls back to the environment variable E(IIJ_CERT_SCREEN_MAP) on the controller.
    type: str
  request_interval:
    description:
      - How many seconds lie between two requests to the portal at least.
      - Falls back to the environment variable E(IIJ_CERT_REQUEST_INTERVAL) on the controller.
    type: float
    default: 1.0
  listing_lag:
    description:
      - How many seconds the portal's list of applications may lag behind a purchase. A run with new orders waits that
        long before the first one and looks again, so that what an earlier run bought shows.
      - The portal's real lag is not known; the default is ours.
      - Falls back to the environment variable E(IIJ_CERT_LISTING_LAG) on the controller.
    type: float
    default: 60.0
  settle_after:
    description:
      - How many seconds after an attempt to buy on the portal whose outcome is unknown it is taken to have booked nothing, as long
        as no contract of it is listed. Without it such an attempt holds its order back until somebody settles it.
      - It must be longer than the portal's list lags and than the portal may work on a request. Both are not known, so
        there is no default.
      - Falls back to the environment variable E(IIJ_CERT_SETTLE_AFTER) on the controller.
    type: float
"""
