# bash completion for vpn. Made by 'vpn completion bash'.
_vpn() {
    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} command='' options='' i
    COMPREPLY=()
    for ((i = 1; i < COMP_CWORD; i++)); do
        case ${COMP_WORDS[i]} in
        --state | --socket | --config | --color) ((i++)) ;;
        -*) ;;
        *)
            if [[ -z $command ]]; then
                command=${COMP_WORDS[i]}
            elif [[ $command == server ]]; then
                command="server ${COMP_WORDS[i]}"
            fi
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
        'ping --count' | 'ping -c') :; return ;;
        'ping --interval' | 'ping -i') :; return ;;
        'ping --timeout' | 'ping -t') :; return ;;
        'server init --host') :; return ;;
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
        'join') options='--password-stdin --password-file' ;;
        'ping') options='--count --interval --timeout' ;;
        'server init') options='--host' ;;
    esac
    if [[ $word == -* ]]; then
        COMPREPLY=($(compgen -W "$options --state --socket --config --json --quiet --verbose --color --help" -- "$word"))
        return
    fi
    case $command in
        '') COMPREPLY=($(compgen -W 'up down daemon status wait events create join leave delete list peers show ping nick version rpc completion server' -- "$word")) ;;
        'server') COMPREPLY=($(compgen -W 'init run' -- "$word")) ;;
        'create') : ;;
        'join') : ;;
        'leave') COMPREPLY=($(compgen -W "$(vpn names networks 2>/dev/null)" -- "$word")) ;;
        'delete') COMPREPLY=($(compgen -W "$(vpn names networks 2>/dev/null)" -- "$word")) ;;
        'list') COMPREPLY=($(compgen -W "$(vpn names networks 2>/dev/null)" -- "$word")) ;;
        'show') COMPREPLY=($(compgen -W "$(vpn names peers 2>/dev/null)" -- "$word")) ;;
        'ping') COMPREPLY=($(compgen -W "$(vpn names peers 2>/dev/null)" -- "$word")) ;;
        'nick') : ;;
        'rpc') : ;;
        'completion') COMPREPLY=($(compgen -W 'bash zsh fish' -- "$word")) ;;
    esac
}
complete -F _vpn vpn
