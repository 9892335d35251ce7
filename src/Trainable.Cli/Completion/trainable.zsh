#compdef trainable
# Completes `trainable` and `./trainable` in zsh:  source <(./trainable completion zsh)
_trainable_complete() {
    local line="${(j: :)words[1,CURRENT]}" command="${words[1]}" suggestion
    local -a found
    [[ $command == '~/'* ]] && command=$HOME/${command:2}
    for suggestion in "${(@f)$("$command" "[suggest:${#line}]" "$line" 2>/dev/null)}"; do
        # Options are many: they are shown to those who have begun one.
        [[ -n $suggestion && ( ${words[CURRENT]} == -* || $suggestion != [-/]* ) ]] && found+=("$suggestion")
    done
    (( $#found )) && compadd -a found
    # Data is a file more often than a sample.
    if (( ! $#found )) || [[ ${words[2]} == run && ${words[CURRENT]} != -* && ${words[CURRENT-1]} != -* ]]; then
        _files
    fi
}
(( $+functions[compdef] )) || { autoload -Uz compinit && compinit }
compdef _trainable_complete trainable
