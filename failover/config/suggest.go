package config

import (
	"maps"
	"slices"
	"strings"
)

const secretReason = `secrets do not belong into the file; give "api_key_env" of the provider the name of an environment variable`

// secret tells whether a field's name says that a secret stands in it. What
// ends in _env names a variable.
func secret(name string) bool {
	name = strings.ToLower(strings.NewReplacer("-", "", "_", "").Replace(name))
	if strings.HasSuffix(name, "env") {
		return false
	}
	for _, s := range []string{"apikey", "secret", "password", "authorization", "accesskey", "credential", "bearer", "privatekey"} {
		if strings.Contains(name, s) {
			return true
		}
	}
	return name == "key" || name == "token" || strings.HasSuffix(name, "accesstoken") || strings.HasSuffix(name, "authtoken") || strings.HasSuffix(name, "sessiontoken")
}

// unknown is the reason for refusing a field.
func unknown(name string, known []string) string {
	switch {
	case secret(name):
		return secretReason
	case name == "cancelled" || name == "panic":
		if contains(known, "rate_limited") {
			return "what is done about this kind cannot be changed"
		}
	case name == "total" || name == "stream":
		if contains(known, "first_chunk") {
			return "this limit ends the call, and is set for the chain: " + name + "_timeout"
		}
	}
	if s := suggestion(name, known); s != "" {
		return "unknown field" + s
	}
	return "unknown field; known are " + list(known)
}

// suggestion asks whether a name that is close was meant.
func suggestion(name string, known []string) string {
	best, least := "", min(4, 1+len(name)/2)
	for _, k := range known {
		if d := distance(strings.ToLower(name), strings.ToLower(k)); d < least {
			best, least = k, d
		}
	}
	if best == "" {
		return ""
	}
	return "; did you mean \"" + best + "\"?"
}

// distance is the number of letters to insert, delete, exchange or swap with
// the next one (optimal string alignment).
func distance(a, b string) int {
	if len(a) > 2*longest {
		return len(a)
	}
	rows := make([][]int, len(a)+1)
	for i := range rows {
		rows[i] = make([]int, len(b)+1)
		rows[i][0] = i
	}
	for j := range rows[0] {
		rows[0][j] = j
	}
	for i := 1; i <= len(a); i++ {
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			rows[i][j] = min(rows[i-1][j]+1, rows[i][j-1]+1, rows[i-1][j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				rows[i][j] = min(rows[i][j], rows[i-2][j-2]+1)
			}
		}
	}
	return rows[len(a)][len(b)]
}

// list is names in order, quoted.
func list(names []string) string {
	names = slices.Sorted(slices.Values(names))
	return `"` + strings.Join(names, `", "`) + `"`
}

func keys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

func contains(names []string, name string) bool { return slices.Contains(names, name) }
