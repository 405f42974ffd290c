package profile

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/pelletier/go-toml/v2"
	"go.yaml.in/yaml/v3"
)

// Load reads the profile in a file, .toml, .yaml or .yml, and the body files
// that it names. The error tells all that is wrong.
func Load(file string) (*Profile, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("load profile: %w", err)
	}
	p := new(Profile)
	if err := decode(filepath.Ext(file), text, p); err != nil {
		return nil, fmt.Errorf("load profile %s: %w", file, err)
	}
	if err := errors.Join(p.readBodies(filepath.Dir(file)), p.Check()); err != nil {
		return nil, fmt.Errorf("load profile %s: %w", file, err)
	}
	p.complete()
	return p, nil
}

// decode refuses names that it does not know: a typing mistake would be a
// default otherwise.
func decode(extension string, text []byte, p *Profile) error {
	switch extension {
	case ".toml":
		d := toml.NewDecoder(bytes.NewReader(text)).DisallowUnknownFields()
		err := d.Decode(p)
		var strict *toml.StrictMissingError
		if errors.As(err, &strict) {
			return fmt.Errorf("unknown names:\n%s", strict.String())
		}
		return err
	case ".yaml", ".yml":
		d := yaml.NewDecoder(bytes.NewReader(text))
		d.KnownFields(true)
		if err := d.Decode(p); err != io.EOF { // an empty file is the default profile
			return err
		}
		return nil
	}
	return fmt.Errorf("its name ends in %q: want .toml, .yaml or .yml", extension)
}

// readBodies reads the body files, relative to the profile's directory.
func (p *Profile) readBodies(dir string) error {
	var errs []error
	for i := range p.Requests {
		r := &p.Requests[i]
		if r.BodyFile == "" {
			continue
		}
		file := r.BodyFile
		if !filepath.IsAbs(file) {
			file = filepath.Join(dir, file)
		}
		content, err := os.ReadFile(file)
		if err != nil {
			errs = append(errs, fmt.Errorf("requests[%d]: body_file: %w", i, err))
		}
		r.Content = content
	}
	return errors.Join(errs...)
}
