# Completes `trainable` and `./trainable` in fish:  ./trainable completion fish | source
function __trainable_complete
    set -l line (commandline -cp)
    set -l command (commandline -po)[1]
    set -l word (commandline -ct)
    string match -q '~/*' -- $command; and set command $HOME/(string sub -s 3 -- $command)
    for suggestion in ($command "[suggest:"(string length -- "$line")"]" "$line" 2>/dev/null)
        # Options are many: they are shown to those who have begun one.
        if string match -q -- '-*' "$word"; or not string match -qr -- '^[-/]' "$suggestion"
            echo $suggestion
        end
    end
end
complete -c trainable -a '(__trainable_complete)'
