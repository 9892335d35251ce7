# Completes `trainable` and `./trainable` in bash:  source <(./trainable completion bash)
_trainable_complete() {
    local line=${COMP_LINE:0:COMP_POINT} command=${COMP_WORDS[0]} word prefix='' suggestion
    word=${line##*[[:space:]]}
    [[ $command == '~/'* ]] && command=$HOME/${command:2}
    # bash breaks words at colons (sample:iris) and replaces only what follows the last one.
    [[ $word == *:* && $COMP_WORDBREAKS == *:* ]] && prefix=${word%"${word##*:}"}
    COMPREPLY=()
    while IFS= read -r suggestion; do
        # Options are many: they are shown to those who have begun one.
        if [[ -n $suggestion && $suggestion == "$word"* && ($word == -* || $suggestion != [-/]*) ]]; then
            COMPREPLY+=("${suggestion#"$prefix"}")
        fi
    done < <("$command" "[suggest:${#line}]" "$line" 2>/dev/null)
    # Data is a file more often than a sample.
    if [[ ${COMP_WORDS[1]-} == run && $word != -* && $word != *:* && ${COMP_WORDS[COMP_CWORD - 1]} != -* ]]; then
        compopt -o filenames
        while IFS= read -r suggestion; do COMPREPLY+=("$suggestion"); done < <(compgen -f -- "$word")
    fi
}
complete -o default -F _trainable_complete trainable
