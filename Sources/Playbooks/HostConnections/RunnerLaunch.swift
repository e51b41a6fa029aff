/// The shell lines that start the runner on a host, and bring it there first where it is not.
///
/// It says `+` before the runner begins, and `-` before that where it wants the program on its input.
struct RunnerLaunch {
    let digest: String
    let size: Int

    /// Runs as root: directly, or through sudo where the login is another user's.
    func asRoot(withPassword: Bool) -> String {
        let inner = script(folder: "/usr/local/lib/clusterfile", state: "/var/lib/clusterfile/runner")
        let sudo = withPassword ? "sudo -S -p '' -H" : "sudo -n -H"
        // Who is root already has given the password for nothing.
        let skip = withPassword ? "read -r nothing; " : ""
        return "if [ \"$(id -u)\" = 0 ]; then \(skip)exec sh -c \(Self.quoted(inner)); "
            + "else exec \(sudo) sh -c \(Self.quoted(inner)); fi"
    }

    /// Runs as who has logged in.
    var asUser: String {
        script(
            folder: "${XDG_CACHE_HOME:-$HOME/.cache}/clusterfile",
            state: "${XDG_STATE_HOME:-$HOME/.local/state}/clusterfile/runner")
    }

    private func script(folder: String, state: String) -> String {
        """
        f="\(folder)"; p="$f/runner-\(digest)"; n="$f/.runner.$$"
        if [ ! -x "$p" ]; then
            mkdir -p "$f" || exit 73
            printf -- -
            head -c \(size) > "$n" && [ "$(wc -c < "$n")" -eq \(size) ] && chmod 700 "$n" && mv "$n" "$p" || { rm -f "$n"; exit 73; }
        fi
        printf +
        exec "$p" --state "\(state)"
        """
    }

    /// One word of a shell's.
    static func quoted(_ text: String) -> String { "'" + text.replacing("'", with: "'\\''") + "'" }
}
