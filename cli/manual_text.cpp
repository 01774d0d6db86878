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
authenticated end to end; the server introduces them and carries none of their traffic.
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
refused by the network's policy (full, too many networks)
.TP
.B 8
a problem with a key (changed, unknown, unsuitable)
)";

const std::string_view manual_local_interface = R"(.SH LOCAL INTERFACE
A daemon listens on a unix socket, mode 0660 and group
.B vpn
if there is such a group, else for its own user alone.
It speaks JSON-RPC 2.0, one object a line of at most 65,536 bytes, without batches.
Requests on one connection are answered in order.
.TP
.BR status ", " networks ", " peers ", " version
take no parameters.
.TP
.BR network " {network}, " leave " {network}, " delete " {network}"
.TQ
.BR create " {network, password?}, " join " {network, password?}"
take a network's name; no password means an open network.
.TP
.BR peer " {peer}, " ping " {peer, timeout_s?}"
take a nickname, an address, or NICKNAME.NETWORK.
The answer of
.B ping
is {rtt_ms, via, endpoint}, of one echo.
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
.PP
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
which come first.
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
accounts, networks and members (SQLite).
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
.SH SEE ALSO
.BR vpn\-protocol (7)
)";

}  // namespace buri::cli
