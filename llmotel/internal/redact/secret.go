package redact

// maxName is the longest name of a secret.
const maxName = 64

// secretNames end the names of secrets, in lower case and without separators.
var secretNames = []string{
	"password", "passwd", "passphrase", "passcode", "pwd", "secret", "apikey", "accesskey", "secretkey", "privatekey",
	"signingkey", "encryptionkey", "sharedkey", "accountkey", "secretaccesskey", "authkey", "subscriptionkey", "amzsignature", "googsignature", "authorization", "credential", "credentials", "token",
}

// harmlessTokens are what "token" is of where it is no secret: text, pages.
var harmlessTokens = []string{
	"page", "next", "continuation", "eos", "bos", "pad", "unk", "sep", "cls", "mask", "stop", "special", "first", "last", "per", "cost", "max",
	"sync", "cancellation", "input", "output", "prompt", "text", "audio", "image", "video", "reasoning", "cached",
}

// Secret reports whether a variable, header or member of JSON by that name
// holds a secret. Case, - and _ do not matter; what stands before the word for a
// secret mostly does not either: Password, X-Api-Key, GITHUB_TOKEN, clientSecret.
func Secret(name []byte) bool {
	if len(name) > maxName || len(name) < len("pwd") {
		return false
	}
	switch name[len(name)-1] | 0x20 {
	case 'd', 'e', 'y', 't', 'n', 'l', 's': // the last letters of secretNames
	default:
		return false
	}
	var buffer [maxName]byte
	n := 0
	for _, c := range name {
		if c == '-' || c == '_' || c == '.' || c == ' ' {
			continue
		}
		if isUpper(c) {
			c |= 0x20
		}
		buffer[n] = c
		n++
	}
	plain := buffer[:n]
	if string(name) == "PWD" || string(name) == "OLDPWD" {
		return false // the working directory of shells
	}
	for _, s := range secretNames {
		if !has(plain, n-len(s), s) {
			continue
		}
		if s != "token" {
			return true
		}
		for _, h := range harmlessTokens {
			if has(plain, n-len(s)-len(h), h) {
				return false
			}
		}
		return !contains(plain, "cost") && !contains(plain, "price")
	}
	return false
}

// bare reports whether a name is "token" alone, which language models speak of in
// another sense.
func bare(name []byte) bool { return len(name) == len("token") && hasFold(name, 0, "token") }
