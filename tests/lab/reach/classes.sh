# The kinds of NAT and firewall that the reach laboratory knows, after RFC 4787's two axes, mapping and filtering. Sourced after lab.sh.
#
#   P   public                                   A   address-dependent mapping, address and port-dependent filtering
#   F   public behind a stateful firewall        S2  address and port-dependent mapping, address-dependent filtering
#   C1  endpoint-independent mapping and filter  Sq  address and port-dependent both, ports one after the other
#   C2  the same, address-dependent filter       Sr  the same, ports at random
#   C3  the same, address and port-dependent     T   UDP blocked, TCP free
#   M   C3 with miniupnpd: UPnP, NAT-PMP, PCP    4   only TCP to port 443
#                                                H   nothing but an HTTP CONNECT proxy that goes to port 443
#
#     router_rules CLASS WAN-ADDRESS                 prints the ruleset of a router with devices wan0 and lan0
#     is_public CLASS                                whether the node itself has a public address
#     claim_of CLASS                                 what `classify` has to say of the router

reach_classes="P F C1 M C2 C3 A S2 Sq Sr T 4 H"

is_public() { [ "$1" = P ] || [ "$1" = F ]; }

# ports_of EXPRESSION WAN-ADDRESS: source NAT to one port of 1,024, chosen by the expression
ports_of() {
    local number elements=
    for number in $(seq 0 1023); do elements="$elements $number : $2 . $((30000 + number)),"; done
    echo "oifname \"wan0\" meta l4proto udp snat ip to $1 mod 1024 map { ${elements%,} }"
}

# What a NAT does with an address that sends to a port it has mapped. The key of the first map is the external port: a filter chain
# behind source NAT sees it. The chains of type nat would see only the first packet of a flow, and could not keep the maps fresh.
mappings_noted() {
    cat <<'NFT'
    map internal { type inet_service : ipv4_addr . inet_service; flags dynamic,timeout; timeout 120s; }
    set spoken { type ipv4_addr . inet_service; flags dynamic,timeout; timeout 120s; }
    chain note {
        type filter hook postrouting priority 110
        oifname "wan0" meta l4proto udp update @internal { udp sport : ct original ip saddr . ct original proto-src }
        oifname "wan0" meta l4proto udp update @spoken { ip daddr . udp sport }
    }
NFT
}

# S2 lets in what its mapping's peer sends from other ports, yet the answer is a new mapping: so that packet must not make a flow, and
# is translated without one.
stateless_admission() {
    cat <<'NFT'
    map inner_address { type inet_service : ipv4_addr; flags dynamic,timeout; timeout 120s; }
    map inner_port { type inet_service : inet_service; flags dynamic,timeout; timeout 120s; }
    set spoken { type ipv4_addr . inet_service; flags dynamic,timeout; timeout 120s; }
    set flows { type ipv4_addr . inet_service . inet_service; flags dynamic,timeout; timeout 120s; }
    chain note {
        type filter hook postrouting priority 110
        oifname "wan0" meta l4proto udp update @inner_address { udp sport : ct original ip saddr }
        oifname "wan0" meta l4proto udp update @inner_port { udp sport : ct original proto-src }
        oifname "wan0" meta l4proto udp update @spoken { ip daddr . udp sport }
        oifname "wan0" meta l4proto udp update @flows { ip daddr . udp dport . udp sport }
    }
    chain admit {
        type filter hook prerouting priority raw
        iifname != "wan0" return
        ip saddr . udp sport . udp dport @flows return
        ip saddr . udp dport @spoken notrack ip daddr set udp dport map @inner_address udp dport set udp dport map @inner_port
    }
NFT
}

# chain_of HOOK RULE…: a chain of source NAT (out) or destination NAT (in)
chain_of() {
    local hook="postrouting priority srcnat"
    [ "$1" = in ] && hook="prerouting priority dstnat"
    echo "    chain $1 { type nat hook $hook"
    shift
    printf '        %s\n' "$@"
    echo "    }"
}

# The closed door of a home router. Nothing listens on it; and a new flow that its own INPUT accepted would take the port that a
# mapping needs (nat-security: poisoning), so it is dropped silently.
closed_door() {
    cat <<'NFT'
    chain input {
        type filter hook input priority filter
        iifname "wan0" ct state new drop
    }
    chain forward {
        type filter hook forward priority filter
        iifname "wan0" ct status dnat accept
        iifname "wan0" ct state new drop
    }
NFT
}

only_tcp() { # RULE: what may be forwarded besides answers
    cat <<NFT
    chain input {
        type filter hook input priority filter
        iifname "wan0" ct state new drop
        iifname "lan0" meta l4proto udp drop
    }
    chain forward {
        type filter hook forward priority filter; policy drop
        ct state established,related accept
        $1
    }
NFT
}

router_rules() {
    local class=$1 wan=$2 masquerade='oifname "wan0" masquerade' shuffled='oifname "wan0" masquerade random'
    echo "table ip reach {"
    case $class in
    P) ;;
    F)
        echo 'chain forward { type filter hook forward priority filter'
        echo 'ct state established,related accept'
        echo 'iifname "wan0" drop'
        echo '}'
        ;;
    C1)
        mappings_noted
        chain_of in 'iifname "wan0" meta l4proto udp dnat to udp dport map @internal'
        chain_of out "$masquerade"
        ;;
    C2)
        mappings_noted
        chain_of in 'iifname "wan0" ip saddr . udp dport @spoken dnat to udp dport map @internal'
        chain_of out "$masquerade"
        ;;
    C3 | M) chain_of out "$masquerade" ;;
    A) chain_of out "$(ports_of 'jhash ip saddr . udp sport . ip daddr' "$wan")" "$shuffled" ;;
    S2)
        stateless_admission
        chain_of out "$shuffled"
        ;;
    Sq) chain_of out "$(ports_of 'numgen inc' "$wan")" "$shuffled" ;;
    Sr) chain_of out "$shuffled" ;;
    T)
        only_tcp 'iifname "lan0" meta l4proto tcp accept'
        chain_of out "$masquerade"
        ;;
    4)
        only_tcp 'iifname "lan0" tcp dport 443 accept'
        chain_of out "$masquerade"
        ;;
    H) only_tcp '' ;;
    *) echo "no class '$class'" >&2 && return 2 ;;
    esac
    case $class in
    C1 | C2 | C3 | M | A | Sq | Sr) closed_door ;;
    S2) closed_door | sed 's/ct status dnat accept/ct state untracked accept/' ;;
    esac
    echo "}"
    # What miniupnpd fills. The door lets in what it maps.
    [ "$class" != M ] || cat <<'NFT'
table inet upnp {
    chain miniupnpd { }
    chain prerouting_miniupnpd { }
    chain postrouting_miniupnpd { }
    chain forward { type filter hook forward priority filter - 5; jump miniupnpd; }
    chain prerouting { type nat hook prerouting priority dstnat; jump prerouting_miniupnpd; }
    chain postrouting { type nat hook postrouting priority srcnat - 5; jump postrouting_miniupnpd; }
}
NFT
}

claim_of() {
    case $1 in
    P) echo "mapping=none filtering=independent" ;;
    F) echo "mapping=none filtering=port" ;;
    C1) echo "mapping=independent filtering=independent" ;;
    C2) echo "mapping=independent filtering=address" ;;
    C3) echo "mapping=independent filtering=port" ;;
    M) echo "mapping=independent filtering=port gateway=maps" ;;
    A) echo "mapping=address filtering=port" ;;
    S2) echo "mapping=port filtering=address ports=random" ;;
    Sq) echo "mapping=port filtering=port ports=sequential" ;;
    Sr) echo "mapping=port filtering=port ports=random" ;;
    T) echo "udp=blocked tcp=open tls=open" ;;
    4) echo "udp=blocked tcp=blocked tls=open" ;;
    H) echo "udp=blocked tcp=blocked tls=blocked proxy=tls" ;;
    esac
}
