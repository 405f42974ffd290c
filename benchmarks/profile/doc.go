// Package profile says what a load is: which requests in which proportion, over
// which connections, and how many a second. It is read from TOML or YAML files
// and knows nothing of how the load is made.
package profile
