// Package evaluate is the subcommand "srv evaluate": it runs one app under every
// candidate that makes sense for it, and says which to take, with evidence.
//
//	nature      one request at a time: does the app compute or wait?
//	space       so which worker classes, workers and threads are worth a try
//	tournament  rounds in which each candidate has a turn, within a budget
//	turn        one candidate: start it, find its highest rate, measure at half of that
//	ranking     who is better, who is as good, and why, in words
//	advice      what is wrong with the app or the measurement
package evaluate
