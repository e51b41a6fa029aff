import ArgumentParser

/// Prints a shell's completion script.
struct Completion: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Print a completion script for bash, zsh or fish; machines' names are completed, too.",
        discussion: """
            bash: put it into ~/.local/share/bash-completion/completions/clusterfile; zsh: into a file _clusterfile of a folder in \
            $fpath; fish: into ~/.config/fish/completions/clusterfile.fish.

            Example: source <(clusterfile completion bash)
            """)

    enum Shell: String, ExpressibleByArgument, CaseIterable {
        case bash, zsh, fish

        var generator: CompletionShell {
            switch self {
            case .bash: .bash
            case .zsh: .zsh
            case .fish: .fish
            }
        }
    }

    @Argument(help: "bash, zsh or fish.")
    var shell: Shell

    func run() {
        Terminal.output(Root.completionScript(for: shell.generator) + (shell == .bash ? Self.withoutSpace : ""))
    }

    /// The parser's script has bash put a space after every word: a path goes on after 'MACHINE:'.
    private static let withoutSpace = """

        _clusterfile_path() {
            _clusterfile "$@"
            case ${COMPREPLY[0]-} in *:) compopt -o nospace +o filenames 2>/dev/null ;; esac
        }
        complete -o filenames -F _clusterfile_path clusterfile

        """
}
