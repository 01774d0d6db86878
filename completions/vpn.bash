# bash completion for vpn. Made by 'vpn completion bash'.
_vpn() {
    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}
    local command='' options='' position=0 i
    COMPREPLY=()
    for ((i = 1; i < COMP_CWORD; i++)); do
        case "$command ${COMP_WORDS[i]}" in
        *' --state' | *' --socket' | *' --config' | *' --color' | 'up --server' | 'up --interface' | 'up --port' | 'up --nick' | 'up --key-type' | 'daemon --server' | 'daemon --interface' | 'daemon --port' | 'daemon --nick' | 'daemon --key-type' | 'wait --for' | 'wait --timeout' | 'wait -t' | 'events --count' | 'events -n' | 'events --timeout' | 'events -t' | 'create --password-file' | 'join --password-file' | 'set --password-file' | 'set --approve' | 'set --encryption' | 'ban --reason' | 'ban --until' | 'admin grant --can' | 'admin revoke --can' | 'invite --uses' | 'invite --expires' | 'log --lines' | 'log -n' | 'log --timeout' | 'log -t' | 'ping --count' | 'ping -c' | 'ping --interval' | 'ping -i' | 'ping --timeout' | 'ping -t' | 'keys rotate --key-type' | 'netcheck --timeout' | 'netcheck -t' | 'server init --host' | 'server plan set --until' | 'server licence make --plan' | 'server licence make --for' | 'server licence make --months' | 'server licence make --count' | 'server relay add --region' | 'server log --lines' | 'server log -n' | 'server log --timeout' | 'server log -t' | 'relay run --server' | 'relay run --token-file' | 'relay run --token' | 'relay run --listen-udp' | 'relay run --listen-tls' | 'relay run --listen-tcp' | 'relay run --address' | 'relay run --max-kbit') ((i++)) ;;
        *' -'*) ;;
        ' '*) command=${COMP_WORDS[i]} ;;
        *)
            case $command in
            'admin' | 'keys' | 'licence' | 'account' | 'server' | 'server plan' | 'server licence' | 'server relay' | 'relay') command="$command ${COMP_WORDS[i]}" ;;
            *) ((position++)) ;;
            esac
            ;;
        esac
    done
    case "$command $before" in
        'up --server') :; return ;;
        'up --interface') :; return ;;
        'up --port') :; return ;;
        'up --nick') :; return ;;
        'up --key-type') COMPREPLY=($(compgen -W 'ed25519 rsa' -- "$word")); return ;;
        'daemon --server') :; return ;;
        'daemon --interface') :; return ;;
        'daemon --port') :; return ;;
        'daemon --nick') :; return ;;
        'daemon --key-type') COMPREPLY=($(compgen -W 'ed25519 rsa' -- "$word")); return ;;
        'wait --for') COMPREPLY=($(compgen -W 'address online peer= direct=' -- "$word")); return ;;
        'wait --timeout' | 'wait -t') :; return ;;
        'events --count' | 'events -n') :; return ;;
        'events --timeout' | 'events -t') :; return ;;
        'create --password-file') COMPREPLY=($(compgen -f -- "$word")); return ;;
        'join --password-file') COMPREPLY=($(compgen -f -- "$word")); return ;;
        'set --password-file') COMPREPLY=($(compgen -f -- "$word")); return ;;
        'set --approve') COMPREPLY=($(compgen -W 'auto manual' -- "$word")); return ;;
        'set --encryption') COMPREPLY=($(compgen -W 'on off' -- "$word")); return ;;
        'ban --reason') :; return ;;
        'ban --until') :; return ;;
        'admin grant --can') compopt -o nospace 2>/dev/null; [[ $word == *,* ]] && before=${word%,*}, || before=''; COMPREPLY=($(compgen -P "$before" -W 'password access approve evict ban message' -- "${word##*,}")); return ;;
        'admin revoke --can') compopt -o nospace 2>/dev/null; [[ $word == *,* ]] && before=${word%,*}, || before=''; COMPREPLY=($(compgen -P "$before" -W 'password access approve evict ban message' -- "${word##*,}")); return ;;
        'invite --uses') :; return ;;
        'invite --expires') :; return ;;
        'log --lines' | 'log -n') :; return ;;
        'log --timeout' | 'log -t') :; return ;;
        'ping --count' | 'ping -c') :; return ;;
        'ping --interval' | 'ping -i') :; return ;;
        'ping --timeout' | 'ping -t') :; return ;;
        'keys rotate --key-type') COMPREPLY=($(compgen -W 'ed25519 rsa' -- "$word")); return ;;
        'netcheck --timeout' | 'netcheck -t') :; return ;;
        'server init --host') :; return ;;
        'server plan set --until') :; return ;;
        'server licence make --plan') :; return ;;
        'server licence make --for') :; return ;;
        'server licence make --months') COMPREPLY=($(compgen -W '1 6 12' -- "$word")); return ;;
        'server licence make --count') :; return ;;
        'server relay add --region') :; return ;;
        'server log --lines' | 'server log -n') :; return ;;
        'server log --timeout' | 'server log -t') :; return ;;
        'relay run --server') :; return ;;
        'relay run --token-file') COMPREPLY=($(compgen -f -- "$word")); return ;;
        'relay run --token') :; return ;;
        'relay run --listen-udp') :; return ;;
        'relay run --listen-tls') :; return ;;
        'relay run --listen-tcp') :; return ;;
        'relay run --address') :; return ;;
        'relay run --max-kbit') :; return ;;
        *' --state') COMPREPLY=($(compgen -d -- "$word")); return ;;
        *' --socket') COMPREPLY=($(compgen -f -- "$word")); return ;;
        *' --config') COMPREPLY=($(compgen -f -- "$word")); return ;;
        *' --color') COMPREPLY=($(compgen -W 'auto always never' -- "$word")); return ;;
    esac
    case $command in
        'up') options='--server --interface --port --nick --key-type --detach --wait' ;;
        'daemon') options='--server --interface --port --nick --key-type' ;;
        'wait') options='--for --timeout' ;;
        'events') options='--count --timeout' ;;
        'create') options='--open --password-stdin --password-file' ;;
        'join') options='--password-stdin --password-file --wait' ;;
        'set') options='--password --password-stdin --password-file --open --lock --unlock --approve --encryption' ;;
        'ban') options='--reason --until' ;;
        'admin grant') options='--can' ;;
        'admin revoke') options='--can' ;;
        'transfer') options='--withdraw --accept --decline' ;;
        'welcome') options='--clear' ;;
        'invite') options='--uses --expires --approve' ;;
        'log') options='--follow --lines --timeout' ;;
        'ping') options='--count --until-direct --any --interval --timeout' ;;
        'keys rotate') options='--key-type' ;;
        'account delete') options='--with-networks --yes' ;;
        'netcheck') options='--watch --timeout' ;;
        'server init') options='--host' ;;
        'server remove-account') options='--with-networks' ;;
        'server plan set') options='--until' ;;
        'server licence make') options='--plan --for --months --count' ;;
        'server relay add') options='--region' ;;
        'server log') options='--follow --lines --timeout' ;;
        'relay run') options='--server --token-file --token --listen-udp --listen-tls --listen-tcp --address --max-kbit' ;;
    esac
    if [[ $word == -* ]]; then
        COMPREPLY=($(compgen -W "$options --state --socket --config --json --quiet --verbose --color --help" -- "$word"))
        return
    fi
    case "${command:+$command }$position" in
        '0') COMPREPLY=($(compgen -W 'up down daemon status wait events create join leave delete list set requests approve reject evict ban unban bans admin transfer welcome announce invite invites uninvite log peers show ping why nick keys licence account netcheck doctor version rpc completion server relay' -- "$word")) ;;
        'admin 0') COMPREPLY=($(compgen -W 'grant revoke list' -- "$word")) ;;
        'keys 0') COMPREPLY=($(compgen -W 'show rotate' -- "$word")) ;;
        'licence 0') COMPREPLY=($(compgen -W 'install' -- "$word")) ;;
        'account 0') COMPREPLY=($(compgen -W 'delete' -- "$word")) ;;
        'server 0') COMPREPLY=($(compgen -W 'init run status accounts account remove-account networks network remove-network plan licence relay log backup restore reload' -- "$word")) ;;
        'server plan 0') COMPREPLY=($(compgen -W 'list set' -- "$word")) ;;
        'server licence 0') COMPREPLY=($(compgen -W 'make list' -- "$word")) ;;
        'server relay 0') COMPREPLY=($(compgen -W 'add list remove' -- "$word")) ;;
        'relay 0') COMPREPLY=($(compgen -W 'run' -- "$word")) ;;
        'leave 0') COMPREPLY=($(compgen -W "$(vpn names networks 2>/dev/null)" -- "$word")) ;;
        'delete 0') COMPREPLY=($(compgen -W "$(vpn names networks 2>/dev/null)" -- "$word")) ;;
        'list 0') COMPREPLY=($(compgen -W "$(vpn names networks 2>/dev/null)" -- "$word")) ;;
        'set 0') COMPREPLY=($(compgen -W "$(vpn names networks 2>/dev/null)" -- "$word")) ;;
        'requests 0') COMPREPLY=($(compgen -W "$(vpn names networks 2>/dev/null)" -- "$word")) ;;
        'approve 0') COMPREPLY=($(compgen -W "$(vpn names networks 2>/dev/null)" -- "$word")) ;;
        'approve 1') COMPREPLY=($(compgen -W "$(vpn names peers 2>/dev/null)" -- "$word")) ;;
        'reject 0') COMPREPLY=($(compgen -W "$(vpn names networks 2>/dev/null)" -- "$word")) ;;
        'reject 1') COMPREPLY=($(compgen -W "$(vpn names peers 2>/dev/null)" -- "$word")) ;;
        'evict 0') COMPREPLY=($(compgen -W "$(vpn names networks 2>/dev/null)" -- "$word")) ;;
        'evict 1') COMPREPLY=($(compgen -W "$(vpn names peers 2>/dev/null)" -- "$word")) ;;
        'ban 0') COMPREPLY=($(compgen -W "$(vpn names networks 2>/dev/null)" -- "$word")) ;;
        'ban 1') COMPREPLY=($(compgen -W "$(vpn names peers 2>/dev/null)" -- "$word")) ;;
        'unban 0') COMPREPLY=($(compgen -W "$(vpn names networks 2>/dev/null)" -- "$word")) ;;
        'bans 0') COMPREPLY=($(compgen -W "$(vpn names networks 2>/dev/null)" -- "$word")) ;;
        'admin grant 0') COMPREPLY=($(compgen -W "$(vpn names networks 2>/dev/null)" -- "$word")) ;;
        'admin grant 1') COMPREPLY=($(compgen -W "$(vpn names peers 2>/dev/null)" -- "$word")) ;;
        'admin revoke 0') COMPREPLY=($(compgen -W "$(vpn names networks 2>/dev/null)" -- "$word")) ;;
        'admin revoke 1') COMPREPLY=($(compgen -W "$(vpn names peers 2>/dev/null)" -- "$word")) ;;
        'admin list 0') COMPREPLY=($(compgen -W "$(vpn names networks 2>/dev/null)" -- "$word")) ;;
        'transfer 0') COMPREPLY=($(compgen -W "$(vpn names networks 2>/dev/null)" -- "$word")) ;;
        'transfer 1') COMPREPLY=($(compgen -W "$(vpn names peers 2>/dev/null)" -- "$word")) ;;
        'welcome 0') COMPREPLY=($(compgen -W "$(vpn names networks 2>/dev/null)" -- "$word")) ;;
        'announce 0') COMPREPLY=($(compgen -W "$(vpn names networks 2>/dev/null)" -- "$word")) ;;
        'invite 0') COMPREPLY=($(compgen -W "$(vpn names networks 2>/dev/null)" -- "$word")) ;;
        'invites 0') COMPREPLY=($(compgen -W "$(vpn names networks 2>/dev/null)" -- "$word")) ;;
        'uninvite 0') COMPREPLY=($(compgen -W "$(vpn names networks 2>/dev/null)" -- "$word")) ;;
        'log 0') COMPREPLY=($(compgen -W "$(vpn names networks 2>/dev/null)" -- "$word")) ;;
        'show 0') COMPREPLY=($(compgen -W "$(vpn names peers 2>/dev/null)" -- "$word")) ;;
        'ping 0') COMPREPLY=($(compgen -W "$(vpn names peers 2>/dev/null)" -- "$word")) ;;
        'why 0') COMPREPLY=($(compgen -W "$(vpn names peers 2>/dev/null)" -- "$word")) ;;
        'completion 0') COMPREPLY=($(compgen -W 'bash zsh fish' -- "$word")) ;;
        'server backup 0') COMPREPLY=($(compgen -f -- "$word")) ;;
        'server restore 0') COMPREPLY=($(compgen -f -- "$word")) ;;
    esac
}
complete -F _vpn vpn
