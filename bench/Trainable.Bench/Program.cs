using Trainable.Bench;
using Trainable.Bench.Leaks;
using Trainable.Bench.Rows;
using Trainable.Bench.Rows.Data;

// bench/run calls this; bench/leaks asks for `leaks`. `clients`, `host` and `serve` are the other halves of rows that need a second process.
return args switch
{
    ["clients", .. var rest] => await BurstClients.RunAsync(rest),
    ["host", var home] => await HostProcess.RunAsync(home),
    ["serve", .. var rest] => await MetricServer.RunAsync(rest),
    ["leaks", .. var rest] => await LeakBench.RunAsync(rest),
    _ => await Table.RunAsync(args),
};
