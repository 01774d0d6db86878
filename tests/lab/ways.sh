# An office that lets out little, for the tests of the ways to the server: source this file instead of case.sh.
#
#     office_world               a server (TCP 12975, TLS 443, UDP), a gate, anna behind it
#     let_out [ANSWER RULE…]     what the gate lets out; to the rest it answers: drop, or reject, which takes no patience
#     settings LINE…             anna's configuration; none: no file
#     reached_by WAY             anna comes up, by this way, and goes down again
#     not_reached CODE PATTERN [SECONDS]   she does not, and this is what she says
#     proxy_at PORT [LINE…]      an HTTP proxy on the gate that goes to port 443
#     box HOST NAME CONFIGURATION          haproxy there, in TCP mode
#     certificate NAME ISSUER    $lab_dir/tls/NAME.pem, with its key
. "$(dirname "${BASH_SOURCE[0]}")/case.sh"
only_443='tcp dport 443 accept'

office_world() {
    host server && wire_up server 203.0.113.2 2001:db8::2
    nat_router gate 203.0.113.10 10.1.0
    behind anna gate 10.1.0 2
    mkdir -p "$lab_dir/anna" "$lab_dir/tls"
    chmod 755 "$lab_dir" "$lab_dir/tls"
    serve
    until_true 10 listening server 203.0.113.2 443 || fail "the server has no TLS" 1
}

let_out() {
    on gate nft 'add table inet office; delete table inet office'
    [ -n "${1-}" ] || return 0
    local answer=drop rules
    [ "$1" = drop ] || answer='meta l4proto tcp reject with tcp reset
        reject'
    shift
    rules=$(printf '%s\n' "$@")
    on gate nft -f - <<NFT
table inet office {
    chain forward {
        type filter hook forward priority filter - 1; policy drop
        ct state established,related accept
        $rules
        $answer
    }
    chain input {
        type filter hook input priority filter - 1
        iifname "lan0" tcp dport 3128-3131 accept
        iifname "lan0" $([ "$answer" = drop ] && echo drop || echo reject)
    }
}
NFT
    on gate conntrack -F >/dev/null 2>&1
}

settings() {
    rm -f "$lab_dir/anna/config.toml"
    [ $# = 0 ] || printf '%s\n' "$@" >"$lab_dir/anna/config.toml"
}

reached_by() {
    bring_up anna
    same "the way" "$(json anna .server.way status)" "$1"
    vpn anna down --quiet
}

not_reached() { refused anna "$1" "$2" up --server "$line" --wait="${3-2}"; }

listening() { on "$1" bash -c ": </dev/tcp/$2/$3"; }

proxy_at() {
    local port=$1
    shift
    printf 'Port %s\nListen 10.1.0.1\nTimeout 60\nMaxClients 50\nConnectPort 443\nLogLevel Error\n' "$port" >"$lab_dir/proxy$port.conf"
    printf '%s\n' "$@" >>"$lab_dir/proxy$port.conf"
    start_in gate "$lab_dir/proxy$port.log" tinyproxy -d -c "$lab_dir/proxy$port.conf"
    until_true 10 listening gate 10.1.0.1 "$port" || fail "no proxy at $port" 1
}

box() {
    printf 'defaults\n mode tcp\n timeout connect 5s\n timeout client 60s\n timeout server 60s\n%s\n' "$3" >"$lab_dir/$2.cfg"
    start_in "$1" "$lab_dir/$2.log" haproxy -db -f "$lab_dir/$2.cfg"
}

certificate() {
    openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj "/CN=$2" -keyout "$lab_dir/tls/$1.key" -out "$lab_dir/tls/$1.crt" 2>/dev/null
    cat "$lab_dir/tls/$1.crt" "$lab_dir/tls/$1.key" >"$lab_dir/tls/$1.pem"
    chmod 644 "$lab_dir/tls/$1.pem"
}
