/// bcrypt (Provos and Mazières, "A Future-Adaptable Password Scheme").
enum Bcrypt {
    /// The hash of a password, with bcrypt's own alphabet and 2^cost rounds.
    static func hashed(_ password: [UInt8], salt: String, cost: Int, ident: String) throws -> String {
        let seed = Array(decoded(salt).prefix(16))
        guard seed.count == 16 else { throw PasswordHash.bad("bcrypt's salt has 22 characters") }
        // At most 72 bytes count, the terminator with them.
        let key = Array((password + [0]).prefix(72))
        var state = Blowfish()
        state.expand(key: key, salt: seed)
        for _ in 0..<(1 << cost) {
            state.expand(key: key, salt: [])
            state.expand(key: seed, salt: [])
        }
        var words = Blowfish.words(of: Array("OrpheanBeholderScryDoubt".utf8))
        for _ in 0..<64 {
            for pair in stride(from: 0, to: words.count, by: 2) {
                (words[pair], words[pair + 1]) = state.encipher(words[pair], words[pair + 1])
            }
        }
        let bytes = words.flatMap { word in [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: word >> $0) } }
        let digits = cost < 10 ? "0\(cost)" : "\(cost)"
        // The salt as it was decoded: its last character has two bits.
        return "$\(ident)$\(digits)$" + encoded(seed) + encoded(Array(bytes.prefix(23)))
    }

    private static let alphabet = Array("./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789".utf8)

    private static func encoded(_ bytes: [UInt8]) -> String {
        var (result, value, bits): ([UInt8], UInt32, Int) = ([], 0, 0)
        for byte in bytes {
            (value, bits) = (value << 8 | UInt32(byte), bits + 8)
            while bits >= 6 {
                bits -= 6
                result.append(alphabet[Int(value >> UInt32(bits) & 0x3F)])
            }
            value &= (1 << UInt32(bits)) - 1
        }
        if bits > 0 { result.append(alphabet[Int(value << UInt32(6 - bits) & 0x3F)]) }
        return String(decoding: result, as: UTF8.self)
    }

    private static func decoded(_ text: String) -> [UInt8] {
        var (result, value, bits): ([UInt8], UInt32, Int) = ([], 0, 0)
        for character in text.utf8 {
            guard let index = alphabet.firstIndex(of: character) else { return [] }
            (value, bits) = (value << 6 | UInt32(index), bits + 6)
            if bits >= 8 {
                bits -= 8
                result.append(UInt8(truncatingIfNeeded: value >> UInt32(bits)))
                value &= (1 << UInt32(bits)) - 1
            }
        }
        return result
    }
}

/// The state of Blowfish (Schneier, 1993): 18 subkeys and four boxes of 256 words, from the digits of pi at first.
struct Blowfish {
    private var state: [UInt32] = Self.initial

    private static let subkeys = 18
    private static let initial = Pi.fraction(words: subkeys + 4 * 256)

    static func words(of bytes: [UInt8]) -> [UInt32] {
        stride(from: 0, to: bytes.count, by: 4).map { start in
            bytes[start..<start + 4].reduce(0) { $0 << 8 | UInt32($1) }
        }
    }

    /// Mixes a key in, and the salt's words in turn.
    mutating func expand(key: [UInt8], salt: [UInt8]) {
        var at = 0
        for index in 0..<Self.subkeys {
            var word: UInt32 = 0
            for _ in 0..<4 {
                word = word << 8 | UInt32(key[at])
                at = (at + 1) % key.count
            }
            state[index] ^= word
        }
        let salt = Self.words(of: salt)
        state.withUnsafeMutableBufferPointer { state in
            var (left, right, turn): (UInt32, UInt32, Int) = (0, 0, 0)
            for index in stride(from: 0, to: state.count, by: 2) {
                if !salt.isEmpty {
                    left ^= salt[turn]
                    right ^= salt[turn + 1]
                    turn = (turn + 2) % salt.count
                }
                Self.encipher(&left, &right, state)
                state[index] = left
                state[index + 1] = right
            }
        }
    }

    mutating func encipher(_ left: UInt32, _ right: UInt32) -> (UInt32, UInt32) {
        var (left, right) = (left, right)
        state.withUnsafeMutableBufferPointer { Self.encipher(&left, &right, $0) }
        return (left, right)
    }

    private static func encipher(
        _ left: inout UInt32, _ right: inout UInt32, _ state: UnsafeMutableBufferPointer<UInt32>
    ) {
        var (l, r) = (left ^ state[0], right)
        var index = 1
        while index <= 16 {
            let a = state[18 + Int(l >> 24)] &+ state[274 + Int(l >> 16 & 0xFF)]
            r ^= ((a ^ state[530 + Int(l >> 8 & 0xFF)]) &+ state[786 + Int(l & 0xFF)]) ^ state[index]
            (l, r) = (r, l)
            index += 1
        }
        (left, right) = (r ^ state[17], l)
    }
}

/// The digits of pi, by Machin's formula: pi = 16 arctan(1/5) - 4 arctan(1/239).
enum Pi {
    /// The first words of the fraction.
    static func fraction(words count: Int) -> [UInt32] {
        // The whole part before, and words for rounding behind.
        let size = count + 3
        var sum = [UInt32](repeating: 0, count: size)
        add(arctangent(of: 5, times: 16, size), to: &sum, from: 0)
        subtract(arctangent(of: 239, times: 4, size), from: &sum, from: 0)
        return Array(sum[1...count])
    }

    /// times * arctan(1/x) = times * (1/x - 1/(3 x^3) + 1/(5 x^5) - …).
    private static func arctangent(of x: UInt64, times: UInt32, _ size: Int) -> [UInt32] {
        var power = [UInt32](repeating: 0, count: size)
        power[0] = times
        divide(&power, by: x, from: 0)
        var (sum, term) = (power, power)
        var (first, divisor) = (0, UInt64(3))
        while first < size {
            divide(&power, by: x * x, from: first)
            while first < size, power[first] == 0 { first += 1 }
            term = power
            divide(&term, by: divisor, from: first)
            if divisor & 2 == 2 { subtract(term, from: &sum, from: first) } else { add(term, to: &sum, from: first) }
            divisor += 2
        }
        return sum
    }

    private static func divide(_ number: inout [UInt32], by divisor: UInt64, from first: Int) {
        number.withUnsafeMutableBufferPointer { number in
            var (index, remainder) = (first, UInt64(0))
            while index < number.count {
                let value = remainder << 32 | UInt64(number[index])
                number[index] = UInt32(truncatingIfNeeded: value / divisor)
                remainder = value % divisor
                index += 1
            }
        }
    }

    /// Words before the first one that counts are 0: a carry may reach them.
    private static func add(_ term: [UInt32], to sum: inout [UInt32], from first: Int) {
        term.withUnsafeBufferPointer { term in
            sum.withUnsafeMutableBufferPointer { sum in
                var (index, carry) = (sum.count - 1, UInt64(0))
                while index >= first || (carry > 0 && index >= 0) {
                    let value = UInt64(sum[index]) + UInt64(term[index]) + carry
                    sum[index] = UInt32(truncatingIfNeeded: value)
                    carry = value >> 32
                    index -= 1
                }
            }
        }
    }

    private static func subtract(_ term: [UInt32], from sum: inout [UInt32], from first: Int) {
        term.withUnsafeBufferPointer { term in
            sum.withUnsafeMutableBufferPointer { sum in
                var (index, borrow) = (sum.count - 1, UInt64(0))
                while index >= first || (borrow > 0 && index >= 0) {
                    let value = UInt64(sum[index]) &- UInt64(term[index]) &- borrow
                    sum[index] = UInt32(truncatingIfNeeded: value)
                    borrow = value >> 63
                    index -= 1
                }
            }
        }
    }
}
