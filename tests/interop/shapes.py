"""What the server may say, field by field, as vpn-protocol(7) has it: nothing is missing, and nothing is there that the page does not
name."""
import ipaddress
import re

from wire import Refused, endpoint_of

LAST_SECOND = 253402300799
PRIVILEGES = {"password", "access", "approve", "evict", "ban", "message"}
PERMISSIONS = {"open_networks", "lock", "approval", "bans", "administrators", "messages", "no_encryption", "network_chat",
               "offline_messages"}


def refuse(where):
    raise Refused(f"'{where}' is not what the page says")


def number(most):
    def check(value, where):
        if type(value) is not int or not 0 <= value <= most:
            refuse(where)
    return check


def text(most):
    def check(value, where):
        if type(value) is not str or len(value.encode()) > most:
            refuse(where)
    return check


def octets(least, most):
    def check(value, where):
        if type(value) is not bytes or not least <= len(value) <= most:
            refuse(where)
    return check


def listed(inner, most=65536):
    def check(value, where):
        if type(value) is not list or len(value) > most:
            refuse(where)
        for each in value:
            inner(each, where)
    return check


def names_of(known):
    def check(value, where):
        if type(value) is not list or len(value) > 32 or not set(value) <= known:
            refuse(where)
    return check


def one_of(*known):
    def check(value, where):
        if value not in known:
            refuse(where)
    return check


def flag(value, where):
    if type(value) is not bool:
        refuse(where)


def node(value, where):
    if type(value) is not str or str(ipaddress.IPv4Address(value)) != value:
        refuse(where)


def spi(value, where):
    if type(value) is not int or not 1 << 31 <= value < 1 << 32 or value & 3:
        refuse(where)


def endpoint(value, where):
    text(64)(value, where)
    endpoint_of(value)


def name(value, where):
    if type(value) is not str or not re.fullmatch(r"[A-Za-z0-9_.-]{4,64}", value):
        refuse(where)


def struct(**shape):
    """Fields whose name ends in _ are optional."""
    def check(value, where):
        if type(value) is not dict:
            refuse(where)
        known = {each.removesuffix("_") for each in shape}
        if not set(value) <= known:
            raise Refused(f"'{where}' has fields that the page does not: {set(value) - known}")
        for each, inner in shape.items():
            field = each.removesuffix("_")
            if field in value:
                inner(value[field], f"{where}.{field}")
            elif not each.endswith("_"):
                refuse(f"{where}.{field}")
    return check


u8, u16, u32, u64 = (number(2**bits - 1) for bits in (8, 16, 32, 64))
moment = number(LAST_SECOND)
nickname, fingerprint, sentence, reason = text(63), text(64), text(1024), text(256)
privileges, permissions = names_of(PRIVILEGES), names_of(PERMISSIONS)

candidate = struct(kind=one_of("host", "mapped", "port_mapped", "tcp"), at=endpoint)
grant = struct(relay=u32, token=octets(1, 512))
relay = struct(id=u32, name=nickname, region=text(64), udp=listed(endpoint), tcp=listed(endpoint), tls=listed(endpoint),
               host=text(253))
peer_info = struct(id=node, nickname=nickname, fingerprint=fingerprint, online=flag)
member_info = struct(id=node, name=nickname, can=privileges)
applicant = struct(id=node, name=nickname, fingerprint=fingerprint, since=moment)
announcement = struct(id=u64, author=node, author_name=text(64), at=moment, text=sentence)
settings = struct(network=name, owner_=node, open=flag, locked=flag, approval=flag, encryption=flag, max_members=u32, heir_=node,
                  latest_=announcement)
network_info = struct(settings=settings, waiting=flag, members=listed(member_info), applicants=listed(applicant, 64))
plan = struct(name=nickname, until_=moment, max_members=u32, max_networks=u32, permissions=permissions)
ban = struct(node_=node, nickname=nickname, fingerprint=fingerprint, reason=reason, by=node, since=moment, until_=moment)
invite = struct(id=u64, by=node, created=moment, expires_=moment, max_uses=u32, uses=u32, approved=flag)
entry = struct(id=u64, at=moment, actor_=node, actor_name=text(64), act=text(64), network=text(64), target_=node,
               target_name=text(64), before=sentence, after=sentence, result=text(64))

ANSWERS = {
    "ok": struct(changed=flag),
    "error": struct(code=u16, text=sentence),
    "ban_list": struct(bans=listed(ban)),
    "message_list": struct(welcome=sentence, announcements=listed(announcement, 100)),
    "invite_made": struct(id=u64),
    "invite_list": struct(invites=listed(invite)),
    "log_page": struct(entries=listed(entry, 1000)),
}
EVENTS = {
    "sync": struct(id=node, nickname=nickname, pool=text(64), ula=text(64), session=u64, plan=plan, peers=listed(peer_info),
                   networks=listed(network_info)),
    "resumed": struct(),
    "plan": struct(plan=plan),
    "peer": struct(peer=peer_info),
    "network": struct(network=network_info),
    "settings": struct(settings=settings),
    "joined": struct(network=name, member=member_info),
    "member": struct(network=name, member=member_info),
    "left": struct(network=name, member=node, reason=one_of("left", "evicted", "banned", "account_deleted")),
    "requested": struct(network=name, who=applicant),
    "request_gone": struct(network=name, member=node, reason=one_of("left", "rejected", "banned", "account_deleted")),
    "gone": struct(network=name, reason=one_of("left", "deleted", "evicted", "banned", "rejected"), text=sentence),
    "welcomed": struct(network=name, text=sentence),
    "announcement": struct(network=name, message=announcement),
    "logged": struct(entry=entry),
    "open": struct(peer=node, nickname=nickname, key=octets(1, 1024), **{"in": spi}, out=spi, suite=u8, punch=octets(16, 16),
                   candidates=listed(candidate, 10), networks=listed(name), plain_=flag, relays_=listed(grant), seen_=endpoint),
    "close": struct(peer=node, **{"in": spi}, reason=one_of("offline", "no_common_network", "replaced")),
    "candidates": struct(peer=node, candidates=listed(candidate, 10), seen_=endpoint),
    "tunnel_relays": struct(peer=node, **{"in": spi}, relays=listed(grant)),
    "relays": struct(relays=listed(relay)),
    "seen": struct(at=endpoint, stun=listed(endpoint)),
    "notice": struct(code=u16, text=sentence, peer_=node),
}


def check(message):
    """The kind of an answer or event that is as the page says; an event's number is in it, too."""
    kind = message.get("t")
    kinds = ANSWERS if "q" in message else EVENTS
    if kind not in kinds:
        raise Refused(f"a message '{kind}'")
    u64(message.get("q", message.get("s")), kind)
    kinds[kind]({key: value for key, value in message.items() if key not in ("t", "q", "s")}, kind)
    return kind
