// `kubectl drop completion bash|zsh|fish` prints a script that completes the arguments of `kubectl-drop`. kubectl
// completes `kubectl drop` without it. Both run the program `kubectl_complete-drop`.
import { Argument, type Command } from 'commander';
import type { CommandContext } from '../command-context.ts';

const bash = `# bash completion of kubectl-drop: source <(kubectl-drop completion bash)
_kubectl_drop() {
  local word line
  local -a words=()
  # bash makes a word of its own of the = of a flag.
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD}"; do [ "$word" = "=" ] || words+=("$word"); done
  COMPREPLY=()
  while IFS= read -r line; do
    case "$line" in
      :0) compopt -o default 2>/dev/null ;;
      :*) ;;
      *) COMPREPLY+=("$line") ;;
    esac
  done < <(kubectl_complete-drop "\${words[@]}" 2>/dev/null)
}
complete -F _kubectl_drop kubectl-drop
`;

const zsh = `#compdef kubectl-drop
# zsh completion of kubectl-drop: source <(kubectl-drop completion zsh)
_kubectl_drop() {
  local -a lines
  lines=("\${(@f)$(kubectl_complete-drop "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  [[ "\${lines[-1]}" == ":0" ]] && _files
  lines=("\${(@)lines:#:*}")
  (( \${#lines} )) && compadd -a lines
}
compdef _kubectl_drop kubectl-drop
`;

const fish = `# fish completion of kubectl-drop: kubectl-drop completion fish | source
function __kubectl_drop
  set -l words (commandline -opc)
  for line in (kubectl_complete-drop $words[2..-1] (commandline -ct) 2>/dev/null)
    switch $line
      case ':0'
        __fish_complete_path (commandline -ct)
      case ':*'
      case '*'
        echo $line
    end
  end
end
complete -c kubectl-drop -f -a '(__kubectl_drop)'
`;

const scripts = { bash, zsh, fish };
type Shell = keyof typeof scripts;

export function addCompletionCommand(program: Command, { report }: CommandContext): void {
  program
    .command('completion')
    .description('Print a script that completes the arguments of kubectl-drop')
    .addArgument(new Argument('<shell>', 'bash, zsh or fish').choices(Object.keys(scripts)))
    .action((shell: Shell) => report({ text: scripts[shell], exitCode: 0 }));
}
