#include "cli/manual_text.hpp"

namespace buri::cli {

const std::string_view manual_head = R"(.TH VPN 1 "" "Buri" "User commands"
.SH NAME
vpn \- machines behind NAT in one private network, with a server of your own
.SH SYNOPSIS
.B vpn
.I command
.RI [ arguments ]
.RI [ options ]
.SH DESCRIPTION
.B vpn
connects machines to each other over the internet as if they were in one LAN.
Each machine keeps a connection to a mediation server, which you run yourself, and gets from it a permanent address.
Machines that are members of the same network send each other packets directly, through NAT on both sides, encrypted and
authenticated end to end; the server introduces them.
Until a direct way is found, and where there is none, a relay carries the encrypted packets:
.B vpn why
tells.
.PP
The same binary is the daemon
.RB ( "vpn up" ", " "vpn daemon" ),
the mediation server
.RB ( "vpn server run" ),
and the command that talks to a running daemon over its socket.
.PP
Standard output holds the answer, standard error everything else.
A terminal gets colours, a pipe plain text, and
.B \-\-json
one JSON document.
Passwords come from a prompt, from standard input or from a file, never from the argument list.
Nothing is asked without a terminal.
Asking for what already is so succeeds and says so.
)";

const std::string_view manual_exit_codes = R"(.SH EXIT STATUS
These never change.
.TP
.B 0
done
.TP
.B 1
failed
.TP
.B 2
wrong usage
.TP
.B 3
the daemon is not running
.TP
.B 4
not permitted
.TP
.B 5
not found
.TP
.B 6
timed out
.TP
.B 7
refused by the network's policy or the account's plan (locked, banned, full, too many networks)
.TP
.B 8
a problem with a key (changed, unknown, unsuitable)
.TP
.B 9
reached by a relay only, of
.B vpn ping
)";

const std::string_view manual_local_interface = R"(.SH LOCAL INTERFACE
A daemon listens on a unix socket, mode 0660 and group
.B vpn
if there is such a group, else for its own user alone.
It speaks JSON-RPC 2.0, one object a line of at most 65,536 bytes, without batches.
Requests on one connection are answered in order.
Times are RFC 3339 in UTC.
A peer is its name in a network, a nickname, an address, or NAME.NETWORK; together with a network, its name there or any
address.
.SS Of a node
.TP
.BR status ", " networks ", " peers ", " netcheck ", " doctor ", " version
take no parameters.
.TP
.BR network " {network}, " leave " {network}, " delete " {network}"
.TQ
.BR create " {network, password?}, " join " {network, password?} or {invite}"
take a network's name, or a URL; no password means an open network.
The answer of
.B join
is {network, changed, waiting}.
.TP
.BR set " {network, password?, open?, locked?, approval?, encryption?}"
changes what is named: open is true, locked true or false, approval auto or manual, encryption on or off.
.TP
.BR requests " {network?}, " bans " {network}, " admins " {network}, " announcements " {network}, " invites " {network}"
answer arrays of requests, bans, administrators, announcements, invites.
.TP
.BR approve " {network, peer}, " reject " {network, peer}, " evict " {network, peer}"
.TQ
.BR ban " {network, peer, reason?, until?}, " unban " {network, peer}"
answer {network, peer, changed}, the peer as an address;
.B unban
also takes a fingerprint.
.TP
.BR grant " {network, peer, can}, " revoke " {network, peer, can?}"
take an array of privileges and answer {network, peer, can, changed}.
.TP
.BR transfer " {network, peer?}, " heir " {network, accept}"
offer a network, or take the offer back without a peer; accept or decline it.
.TP
.BR welcome " {network, text?}, " announce " {network, text}"
set or tell the welcome message; make an announcement.
.TP
.BR invite " {network, uses?, expires_s?, approved?}, " uninvite " {network, id}"
answer what
.B vpn invite
and
.B vpn uninvite
print.
.TP
.BR log " {network, after?, limit?}"
answers the newest entries with an id higher than
.IR after ,
oldest first, 1000 at most.
.TP
.BR licence " {key}, " rotate " {key_type?}, " delete_account " {with_networks?}"
are about the account; after the last one the daemon stops.
.TP
.BR peer " {peer}, " why " {peer}, " ping " {peer, timeout_s?}"
The answer of
.B ping
is {nickname, rtt_ms, via, endpoint, relay}, of one echo.
.TP
.BR nick " {nickname?}"
changes the nickname, or tells it: {nickname}.
.TP
.BR wait " {for, timeout_s?}"
answers once it is so:
.BR address ", " online ", " peer=NAME ", " direct=NAME ;
timeout_s is 60 if it is left out.
.TP
.B events
answers {}, then turns the connection into a stream of notifications with the method
.B event
and an event as parameters.
.TP
.B down
stops the daemon.
.SS Of a server
.TP
.BR status ", " accounts ", " networks ", " plans ", " licences ", " relays ", " version
take no parameters.
.TP
.BR account " {node}, " network " {network}"
.TQ
.BR remove_account " {node, with_networks?}, " remove_network " {network}"
take an address or a nickname that only one account has; a network's name.
.TP
.BR set_plan " {node, plan, until?}, " make_licences " {plan, for, months, count}"
answer what the commands print; an empty plan is the default.
.TP
.BR add_relay " {name, region?}, " remove_relay " {name}"
answer {id, name, token}, and {name, changed}.
.TP
.BR log " {network?, after?, limit?}"
as a node's.
.TP
.BR backup " {file}, " reload
write a file, by its absolute path; read server.toml again.
.TP
.B events
as a node's; every event is
.BR logged .
.SS Errors
An error has the number and the text of ERRORS, and
.B data
{name, exit}.
The four faults that JSON-RPC itself numbers keep its numbers: \-32700 (not JSON), \-32600 (not a request), \-32601 (no such
method), \-32602 (wrong parameters).
)";

const std::string_view manual_tail = R"(.SH ENVIRONMENT
.TP
.BR VPN_STATE ", " VPN_SOCKET ", " VPN_CONFIG
as the options
.BR \-\-state ", " \-\-socket ", " \-\-config ,
which come first. VPN_SOCKET is a node's: the commands of a server do not look at it.
.TP
.B NO_COLOR
if it is not empty, nothing is coloured.
.TP
.B NOTIFY_SOCKET
where a service manager wants to hear of readiness.
.SH FILES
Of a node, in its state directory (/var/lib/vpn):
.TP
.IR identity.pem ", " identity.pub
the identity key, mode 0600, and its public half in OpenSSH's format.
.TP
.I node.toml
what the node keeps: its server and the server's key, its address, nickname and port. Written by the program.
.TP
.I memory
what the server told last of networks and peers, mode 0600: so that a node that starts while its server is away reaches its peers.
.TP
.I config.toml
your settings, all optional: suites, interface, mtu, port, key_type, nickname, log_level.
.TP
.I vpn.sock
the local interface.
.TP
.I lock
held by the daemon: one runs on a state directory.
.TP
.I vpn.log
the log, with
.BR \-\-detach .
.PP
Of a server, in its state directory (/var/lib/vpn-server):
.TP
.IR host_ed25519.pem ", " host_rsa.pem
the host keys, mode 0600.
.TP
.I server.toml
the configuration, with every setting explained.
.TP
.I server.db
accounts, networks, members and the log (SQLite).
.TP
.I server.sock
the local interface of the operator.
.SH EXAMPLES
A server, and two machines in a network:
.PP
.nf
.RS
server$ vpn server init \-\-host vpn.example.org
server$ vpn server run

one$ vpn up \-\-server vpn.example.org#SHA256:... \-\-detach \-\-wait
one$ vpn create team

two$ vpn up \-\-server vpn.example.org#SHA256:... \-\-detach \-\-wait
two$ vpn join team
two$ vpn ping one
.RE
.fi
.PP
In a script, with nothing to ask:
.PP
.nf
.RS
vpn up \-\-detach \-\-wait=60 || exit
vpn join team \-\-password\-file /etc/team.password
vpn wait \-\-for direct=nas \-\-timeout 30
vpn peers \-\-json | jq \-r '.[] | select(.online) | .address'
.RE
.fi
.PP
A network for invited people only, and one of them who helps:
.PP
.nf
.RS
one$ vpn set team \-\-approve manual
one$ vpn invite team \-\-expires 24h
phone$ vpn join 'vpn://vpn.example.org/team?k=SHA256:...&t=...' \-\-wait
one$ vpn approve team phone
one$ vpn admin grant team two \-\-can approve,evict
one$ vpn log team \-\-follow
.RE
.fi
.SH SEE ALSO
.BR vpn\-config (5),
.BR vpn\-protocol (7)
)";

}  // namespace buri::cli
