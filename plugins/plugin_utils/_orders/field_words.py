# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""What each field of an order means, for editors and complaints: in English, and the portal's own label."""

from __future__ import annotations

import typing as t

from ...module_utils._core import defaults

# The portal's own labels, as far as they are known [M:2261096]; 識別名 and 約款への同意 are ours.
FIELD_LABELS: t.Final = {
    "customer_code": "カスタマーコード",
    "common_name": "コモンネーム",
    "product": "品目",
    "term": "有効期間",
    "usage": "利用形態",
    "linked_contract": "連携対応サービスの契約",
    "linked_contract.service": "連携対応サービス",
    "linked_contract.contract_id": "サービスコード",
    "linked_contract.was": "変更前の連携先",
    "linked_contract.also": "追加の連携先",
    "terms_agreed": "約款への同意",
    "contract_id": "サービスコード",
    "csr_origin": "CSR の作成方法",
    "subject": "識別名",
    "subject.state_or_province_name": "都道府県 (ST)",
    "subject.locality_name": "市区町村 (L)",
    "subject.organization_name": "組織 (O)",
    "subject.organizational_unit_name": "部門 (OU)",
    "applicant": "申請責任者情報",
    "approval_email": "承認メールアドレス",
    "renewal.term": "更新後の有効期間",
    "reissue": "再発行",
}

FIELD_WORDS: t.Final = {
    "name": "The order's name, unique among all orders; its permanent identity.",
    "customer_code": "The customer code (service group) that orders and pays.",
    "common_name": "The host name that is certified; *. only with wildcard products.",
    "product": "The product, by our id or by the portal's Japanese item name.",
    "term": "The contract term. Which terms IIJ offers for a product today is not known.",
    "usage": "other (その他) or linked_service (連携対応サービスで利用).",
    "linked_contract": "The contract to link to; only with usage: linked_service.",
    "linked_contract.service": "The linked service.",
    "linked_contract.contract_id": "Which contract of that service; looked up where there is only one.",
    "linked_contract.was": "The linked contract before: it is changed to contract_id (連携対応サービスの変更).",
    "linked_contract.also": "More linked contracts that use the certificate (連携対応サービスの追加).",
    "terms_agreed": "The portal's consent tick. Only true can be ordered, and nothing sets it for you.",
    "state": "present (the default) or cancelled (解約); a cancellation also needs contract_id.",
    "contract_id": "The contract that this order already is; adopts or cancels it.",
    "duplicate_of": "The order or contract of which this is meant to be a second purchase.",
    "replaces": "The contract that ends once this order's certificate is in use: it is cancelled then, for good.",
    "was_named": "The name under which this order was bought; it stays the same contract, and keeps its reference.",
    "generation": "Raise it to buy the same order again under the same name. The default is 1.",
    "renewal": "How the contract goes on. Without it nothing is ordered; IIJ renews by itself what nobody cancels.",
    "renewal.when": "window: a run orders the renewal once IIJ takes it; silence (the default): IIJ renews by itself.",
    "renewal.term": "The term after the renewal. The default is the order's term.",
    "renewal.key": "rotate (the default): a new key for each renewed certificate; keep: the one in use.",
    "reissue": "Replace the certificate with this serial number, for nothing and for good; it cannot be withdrawn.",
    "reissue.serial": "The serial number of the certificate that has to go, in hexadecimal.",
    "reissue.reason": "key_lost, key_compromised or wrong_content.",
    "csr_origin": "target (made on the host), supplied (お客様がCSRを作成) or service (IIJがCSRを作成).",
    "csr_path": "The CSR to use, relative to this file; only with csr_origin: supplied.",
    "subject": "What the CSR says about the organization, in English.",
    "subject.state_or_province_name": "for example Tokyo.",
    "subject.locality_name": "for example Chiyoda-ku.",
    "subject.organization_name": "The official English name with its legal form (Example Co., Ltd.).",
    "subject.organizational_unit_name": "No certificate may carry it any more.",
    "applicant": "Whom the CA asks. The portal's fields are not known; these four are ours.",
    "applicant.name": "Name of the person.",
    "applicant.department": "Department of the person.",
    "applicant.email": "Mail address of the person.",
    "applicant.phone": "Telephone number of the person, in quotes.",
    "approval_email": "Where the CA asks about the domain; not for Cybertrust products.",
    "certificate_transparency": "Certificate Transparency: whether the certificate is logged; DigiCert products only.",
    "host": "The inventory host that makes and keeps the key.",
    "key": "The private key on its host; it never leaves it.",
    "key.path": "Absolute path of the key.",
    "key.type": f"RSA or ECDSA; what is accepted depends on the CA. The default is {defaults.KEY_TYPE}.",
    "key.size": f"Bits of an RSA key. The default is {defaults.KEY_SIZE}.",
    "key.curve": f"Curve of an ECDSA key. The default is {defaults.KEY_CURVE}.",
    "key.csr_path": "Where the CSR is kept beside the key.",
    "key.owner": "Owner of the key's file.",
    "key.group": "Group of the key's file.",
    "key.mode": f'Mode of the key\'s file, in quotes. The default is "{defaults.KEY_MODE}".',
    "key.regenerate": "When a key that is there gives way to a new one, which waits beside it. "
    f"The default is {defaults.REGENERATE}.",
    "install": "Where the certificate goes.",
    "install.certificate": "Absolute path for the certificate.",
    "install.chain": "Absolute path for the intermediate certificates.",
    "install.full_chain": "Absolute path for certificate and intermediates in one file.",
    "install.combined": "Absolute path for certificate, intermediates and private key in one file (haproxy).",
    "install.pkcs12": "Absolute path for a PKCS#12 file; the task is given its passphrase.",
    "install.owner": "Owner of the files; those that hold the key take after key.owner.",
    "install.group": "Group of the files; those that hold the key take after key.group.",
    "install.mode": f'Mode of the files, in quotes. The default is "{defaults.FILE_MODE}"; '
    "those that hold the key take key.mode.",
    "install.backup": "Keep a copy of every file that is replaced.",
    "install.plain_files": "Keep every path a plain file instead of a link; they then change one after the other.",
    "install.was_at": "Paths that its files and key had before, removed once the certificate is in use "
    "at the new ones.",
    "install.pkcs12_encryption": "modern, or compatible for readers that know 3DES and SHA-1 alone. "
    f"The default is {defaults.PKCS12_ENCRYPTION}.",
    "install.issuer": "Text that the issuer's name must hold. Which issuers the CAs use is not documented.",
    "install.validate": "What tries the new files first: nginx, apache, haproxy, openssl or a named command.",
    "install.reload": "What reads them then, {service: nginx} or a named command; if it fails, the old ones come back.",
    "install.prove": "Where the new certificate must be served before it counts; if not, the old files come back.",
    "install.prove.address": f"Address to ask. The default is {defaults.PROVE_ADDRESS}, "
    "seen from the controller the host's.",
    "install.prove.port": f"Port to ask. The default is {defaults.PROVE_PORT}.",
    "install.prove.server_name": "Name to ask for. The default is the common name, with www for an asterisk.",
    "install.prove.seen_from": f"Who asks, host or controller. The default is {defaults.PROVE_SEEN_FROM}.",
    "install.prove.timeout": f"Seconds that the service may take, {defaults.PROVE_LONGEST} at most. "
    f"The default is {defaults.PROVE_TIMEOUT}.",
}

__all__ = ("FIELD_LABELS", "FIELD_WORDS")
