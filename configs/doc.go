// Package configs is every setting of srv, in one table (table.go), and their
// loading. A row says all there is to say of a setting: its name, flag,
// variables, type, default, check and documentation. Flags, environment,
// files, --help, --print-config and docs/settings.md come out of the rows.
//
//	defaults  <  program  <  file  <  SRV_NAME  <  SRV_CMD_ARGS  <  command line
//
// Each source becomes a layer of typed values; viper decodes the files and
// lays the layers over each other, pflag reads the flags. A layer is checked
// when it is read, before anything overrides it, because only then can an
// error say where a bad value stands; viper by itself would convert it
// silently. Nothing is global: Load may run again at any time, as a reload does.
package configs
