package configs

import (
	"errors"
	"strings"
)

// words splits as a POSIX shell would, without expansions: spaces separate,
// quotes and backslashes keep. It is what Python's shlex.split does, by which
// gunicorn reads GUNICORN_CMD_ARGS.
func words(line string) ([]string, error) {
	s := wordSplitter{}
	for _, r := range line {
		s.next(r)
	}
	if s.quote != 0 || s.escaped {
		return nil, errors.New("a quote is not closed")
	}
	s.end()
	return s.words, nil
}

type wordSplitter struct {
	words   []string
	word    strings.Builder
	inWord  bool
	escaped bool
	quote   rune // the open quote, or 0
}

func (s *wordSplitter) next(r rune) {
	switch {
	case s.escaped:
		// Inside double quotes a backslash keeps only these two special.
		if s.quote == '"' && r != '"' && r != '\\' {
			s.word.WriteRune('\\')
		}
		s.word.WriteRune(r)
		s.escaped = false
	case r == '\\' && s.quote != '\'':
		s.escaped, s.inWord = true, true
	case s.quote != 0 && r == s.quote:
		s.quote = 0
	case s.quote != 0:
		s.word.WriteRune(r)
	case r == '"' || r == '\'':
		s.quote, s.inWord = r, true
	case strings.ContainsRune(" \t\r\n", r):
		s.end()
	default:
		s.word.WriteRune(r)
		s.inWord = true
	}
}

func (s *wordSplitter) end() {
	if s.inWord {
		s.words = append(s.words, s.word.String())
	}
	s.word.Reset()
	s.inWord = false
}
