"""What a node knows of its networks, from the server's events."""
import asyncio

import wire


class Known:
    """The handlers of events about networks, peers and messages. `owner` is the Node."""

    def __init__(self, owner):
        self.owner = owner
        self.session = self.sequence = 0
        self.nicknames, self.networks, self.plan = {}, {}, None
        self.welcomes, self.announced, self.gone = [], [], {}
        self.confirming, self.confirmations = True, []

    def network(self, name):
        return self.networks.get(name.lower())

    def identity(self, name):
        """Of a peer, member or applicant by nickname or by its name in a network."""
        if name[0].isdigit():
            return name
        for network in self.networks.values():
            for each in network["members"] + network["applicants"]:
                if each["name"] == name:
                    return each["id"]
        return wire.node_text(self.nicknames[name])

    def number(self, kind, sequence, message):
        """The numbers of events have no gap."""
        if kind == "sync":
            if not message["session"]:
                raise wire.Refused("session 0")
            self.session = message["session"]
        elif kind == "resumed":
            if sequence != self.sequence:
                raise wire.Refused(f"resumed with {sequence} instead of {self.sequence}")
        elif sequence != self.sequence + 1:
            raise wire.Refused(f"event {sequence} behind {self.sequence}")
        self.sequence = sequence

    def on_sync(self, message):
        self.nicknames.clear()
        self.networks.clear()
        self.plan = message["plan"]
        for peer in message["peers"]:
            self.on_peer({"peer": peer})
        for network in message["networks"]:
            self.on_network({"network": network})

    def on_plan(self, message):
        self.plan = message["plan"]

    def on_peer(self, message):
        peer = message["peer"]
        number = wire.node_number(peer["id"])
        self.nicknames = {name: other for name, other in self.nicknames.items() if other != number}
        self.nicknames[peer["nickname"]] = number

    def on_network(self, message):
        network = message["network"]
        settings = network["settings"]
        if network["waiting"] and (network["members"] or network["applicants"] or {"owner", "heir", "latest"} & set(settings)):
            raise wire.Refused("a network shows itself to a node that waits")
        if not network["waiting"] and "owner" not in settings:
            raise wire.Refused("a network without an owner")
        self.networks[settings["network"].lower()] = network

    def on_settings(self, message):
        self.network(message["settings"]["network"])["settings"] = message["settings"]

    def on_joined(self, message):
        network, member = self.network(message["network"]), message["member"]
        self.remove(network, member["id"])
        network["members"].append(member)

    def on_member(self, message):
        network, member = self.network(message["network"]), message["member"]
        places = [at for at, each in enumerate(network["members"]) if each["id"] == member["id"]]
        network["members"][places[0]] = member

    def remove(self, network, identity):
        for part in ("members", "applicants"):
            network[part] = [each for each in network[part] if each["id"] != identity]

    def on_left(self, message):
        self.remove(self.network(message["network"]), message["member"])

    def on_requested(self, message):
        network = self.network(message["network"])
        self.remove(network, message["who"]["id"])
        network["applicants"].append(message["who"])

    on_request_gone = on_left

    def on_gone(self, message):
        self.networks.pop(message["network"].lower(), None)
        self.gone[message["network"].lower()] = message["reason"]

    def on_welcomed(self, message):
        self.welcomes.append((message["network"], message["text"]))
        self.confirm(network=message["network"], welcome=True, announcement=0)

    def on_announcement(self, message):
        self.announced.append((message["network"], message["message"]["id"], message["message"]["text"]))
        self.confirm(network=message["network"], welcome=False, announcement=message["message"]["id"])

    def confirm(self, **fields):
        if self.confirming:
            self.confirmations.append(asyncio.ensure_future(self.owner.request("seen", **fields)))

    def on_logged(self, message):
        pass
