package redact_test

import (
	"strings"
	"testing"

	"github.com/llmotel/sdk/llmotel/internal/redact"
)

func TestSecret(t *testing.T) {
	for name, want := range map[string]bool{
		"password": true, "Password": true, "db_password": true, "PGPASSWORD": true, "passwd": true, "user.pwd": true, "passphrase": true,
		"secret": true, "client-secret": true, "clientSecret": true, "AWS_SECRET_ACCESS_KEY": true, "secretKey": true, "private_key": true,
		"api_key": true, "apiKey": true, "X-Api-Key": true, "OPENAI_API_KEY": true, "access key": true,
		"token": true, "access_token": true, "refreshToken": true, "GITHUB_TOKEN": true, "id_token": true, "sessionToken": true,
		"Authorization": true, "Proxy-Authorization": true, "credentials": true,
		"": false, "key": false, "keyboard": false, "tokens": false, "PWD": false, "cost_per_audio_token": false, "max_tokens": false, "next_page_token": false, "nextToken": false, "eos_token": false,
		"secretary": false, "author": false, "password_policy": false, "passport": false, "token_count": false, "primary_key": false,
		strings.Repeat("x", 100) + "password": false,
	} {
		if got := redact.Secret([]byte(name)); got != want {
			t.Errorf("%q: %t", name, got)
		}
	}
}

func TestNamed(t *testing.T) {
	for _, test := range []struct{ name, value, want string }{
		{"password", "x", "[KEY]"},
		{"phone", "4155552671", "[PHONE]"},
		{"phoneNumber", "+1 (415) 555-2671", "[PHONE]"},
		{"work_phone", "98765 43210", "[PHONE]"},
		{"mobile-no", "9876543210", "[PHONE]"},
		{"FAX", "1234567", "[PHONE]"},
		{"Tel", "123.4567", "[PHONE]"},
		{"phone", "ask for it", ""},
		{"phone", "123456", ""},
		{"phone", "1234567890123456", ""},
		{"phone", "-", ""},
		{"phone_id", "4155552671", ""},
		{"hotel", "4155552671", ""},
		{"id", "4155552671", ""},
		{"", "4155552671", ""},
		{strings.Repeat("x", 100) + "phone", "4155552671", ""},
	} {
		if got := redact.Named([]byte(test.name), []byte(test.value)); got != test.want {
			t.Errorf("%q, %q: %q, want %q", test.name, test.value, got, test.want)
		}
	}
}
