package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
)

// pkg is what the checks need of one package's `go list` record. Imports and
// Deps hold no package of the standard library.
type pkg struct {
	ImportPath string
	Name       string
	Imports    []string
	Deps       []string
	Module     *struct{ Path string }
	Standard   bool
	DepOnly    bool // reached through others, not part of the module
}

// module is one module directory with its packages and all that they reach.
type module struct {
	path     string
	packages []pkg
	moduleOf map[string]string // import path to module path, for packages outside std
	requires []string          // module paths in go.mod, sorted
}

// load reads the module in dir.
func load(ctx context.Context, dir string) (*module, error) {
	out, err := goCommand(ctx, dir, "list", "-deps",
		"-json=ImportPath,Name,Imports,Deps,Module,Standard,DepOnly", "./...")
	if err != nil {
		return nil, err
	}
	m := &module{moduleOf: map[string]string{}}
	dec := json.NewDecoder(bytes.NewReader(out))
	for {
		var p pkg
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, fmt.Errorf("go list in %s: %w", dir, err)
		}
		if p.Standard || p.Module == nil {
			continue
		}
		m.moduleOf[p.ImportPath] = p.Module.Path
		if !p.DepOnly {
			m.packages = append(m.packages, p)
		}
	}
	// A package's imports precede it, so only now is it known which are in std.
	foreign := func(path string) bool { return m.moduleOf[path] == "" }
	for i := range m.packages {
		m.packages[i].Imports = slices.DeleteFunc(m.packages[i].Imports, foreign)
		m.packages[i].Deps = slices.DeleteFunc(m.packages[i].Deps, foreign)
	}
	if err := m.loadRequires(ctx, dir); err != nil {
		return nil, err
	}
	return m, nil
}

func (m *module) loadRequires(ctx context.Context, dir string) error {
	out, err := goCommand(ctx, dir, "mod", "edit", "-json")
	if err != nil {
		return err
	}
	var file struct {
		Module  struct{ Path string }
		Require []struct{ Path string }
	}
	if err := json.Unmarshal(out, &file); err != nil {
		return fmt.Errorf("go mod edit in %s: %w", dir, err)
	}
	m.path = file.Module.Path
	for _, r := range file.Require {
		m.requires = append(m.requires, r.Path)
	}
	slices.Sort(m.requires)
	return nil
}

// needs lists what the package p brings along: this project's packages by import
// path, then everybody else's modules.
func (m *module) needs(p pkg) (own, others []string) {
	for _, dep := range p.Deps {
		if dep == home || strings.HasPrefix(dep, home+"/") {
			own = append(own, dep)
		} else {
			others = append(others, m.moduleOf[dep])
		}
	}
	slices.Sort(own)
	slices.Sort(others)
	return own, slices.Compact(others)
}

// public reports whether users can import p.
func (p pkg) public() bool {
	return p.Name != "main" && !slices.Contains(strings.Split(p.ImportPath, "/"), "internal")
}

func goCommand(ctx context.Context, dir string, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOWORK=off", "GOOS=linux", "GOARCH=amd64", "CGO_ENABLED=0")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("go %s in %s: %w\n%s", args[0], dir, err, stderr.Bytes())
	}
	return out, nil
}
