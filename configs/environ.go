package configs

import (
	"fmt"
	"regexp"
	"strings"
)

func environMap(environ []string) map[string]string {
	m := map[string]string{}
	for _, entry := range environ {
		if name, value, ok := strings.Cut(entry, "="); ok {
			m[name] = value
		}
	}
	return m
}

// fallbacks reads gunicorn's own variables, which replace defaults.
func (l *loader) fallbacks() layer {
	y := newLayer()
	for i := range table {
		v := table[i].fallback
		if value := l.environ[v.name]; value != "" {
			l.put(y, &table[i], v.value(value), v.name)
		}
	}
	return y
}

// environment reads SRV_NAME for every setting. An empty variable is as good
// as none: that is what "${WORKERS:-}" in a compose file leaves behind.
func (l *loader) environment() layer {
	y := newLayer()
	for _, variable := range sortedKeys(l.environ) {
		value := l.environ[variable]
		if !strings.HasPrefix(variable, "SRV_") || variable == cmdArgs || value == "" {
			continue
		}
		r := lookup(strings.ToLower(variable[len("SRV_"):]))
		if r == nil || r.order || r.env() != variable {
			l.unknownVariable(variable)
			continue
		}
		l.putVariable(y, r, value)
	}
	return y
}

func (l *loader) putVariable(y layer, r *row, value string) {
	if kind, ok := r.kind.(list); ok && kind.split != nil {
		elements, err := kind.split(value)
		if err != nil {
			l.fail(&ValueError{r.name, show(value), r.env(), err.Error(), r.kind.allowed()})
			return
		}
		l.put(y, r, elements, r.env())
		return
	}
	l.put(y, r, value, r.env())
}

// serviceVariable is what Kubernetes sets for a service whose name begins with "srv".
var serviceVariable = regexp.MustCompile(`_SERVICE_(HOST|PORT(_.*)?)$|_PORT(_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)?$`)

// unknownVariable refuses what looks like a mistake and warns of the rest,
// for the environment belongs to others too. SRV__NAME is srv's own, from one
// of its processes to another.
func (l *loader) unknownVariable(variable string) {
	if strings.HasPrefix(variable, "SRV__") || serviceVariable.MatchString(variable) {
		return
	}
	name := strings.ToLower(variable[len("SRV_"):])
	if remedy, ok := foreignRemedy(name); ok {
		l.fail(&UnknownError{Name: variable, Remedy: remedy})
		return
	}
	if near := nearest(name, names()); near != "" {
		l.fail(&UnknownError{Name: variable, Suggestion: lookup(near).env()})
		return
	}
	l.warnings = append(l.warnings, fmt.Sprintf("%s in the environment is no setting of srv; it is ignored", variable))
}
