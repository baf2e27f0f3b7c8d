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
