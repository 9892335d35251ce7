using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Trainable.Server.Storage.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class ExperimentFacts : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<int>(
                name: "column_count",
                table: "experiments",
                type: "INTEGER",
                nullable: true
            );

            migrationBuilder.AddColumn<long>(name: "row_count", table: "experiments", type: "INTEGER", nullable: true);

            migrationBuilder.AddColumn<DateTime>(
                name: "updated_at",
                table: "experiments",
                type: "TEXT",
                nullable: false,
                defaultValue: new DateTime(1, 1, 1, 0, 0, 0, 0, DateTimeKind.Utc)
            );

            migrationBuilder.Sql("UPDATE experiments SET updated_at = created_at");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropColumn(name: "column_count", table: "experiments");

            migrationBuilder.DropColumn(name: "row_count", table: "experiments");

            migrationBuilder.DropColumn(name: "updated_at", table: "experiments");
        }
    }
}
