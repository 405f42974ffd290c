// Package result turns the figures of a run into medians, ratios and verdicts,
// and prints them as text. Nothing here measures.
package result
