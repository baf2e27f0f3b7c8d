module github.com/llmotel/sdk/internal/dashboards

go 1.26.0
