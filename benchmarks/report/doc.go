// Package report makes one self-contained HTML page of an evaluation: it asks the
// network for nothing, follows the reader's light or dark setting, and fits a phone. It is given
// plain values and knows nothing of how they were measured.
package report
