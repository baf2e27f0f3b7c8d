module github.com/llmotel/sdk/internal/tools

go 1.26.0
