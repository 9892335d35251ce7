using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Trainable.Server.Storage.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class ModelRuns : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(name: "ix_stage_runs_session_id_stage_number", table: "stage_runs");

            migrationBuilder.AddColumn<long>(name: "cost_nanos", table: "turns", type: "INTEGER", nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "model",
                table: "turns",
                type: "TEXT",
                nullable: false,
                defaultValue: ""
            );

            migrationBuilder.Sql(
                "UPDATE turns SET model = (SELECT model FROM stage_runs WHERE stage_runs.id = turns.run_id)"
            );

            migrationBuilder.AddColumn<double>(
                name: "idle_seconds",
                table: "stage_runs",
                type: "REAL",
                nullable: false,
                defaultValue: 0.0
            );

            migrationBuilder.AddColumn<string>(
                name: "kind",
                table: "stage_runs",
                type: "TEXT",
                nullable: false,
                defaultValue: "stage"
            );

            migrationBuilder.AddColumn<string>(name: "options", table: "stage_runs", type: "TEXT", nullable: true);

            migrationBuilder.AddColumn<Guid>(name: "parent_id", table: "stage_runs", type: "TEXT", nullable: true);

            migrationBuilder.AddColumn<string>(name: "activity", table: "sessions", type: "TEXT", nullable: true);

            migrationBuilder.AddColumn<string>(name: "options", table: "sessions", type: "TEXT", nullable: true);

            migrationBuilder.CreateTable(
                name: "questions",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "TEXT", nullable: false),
                    session_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    run_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    call_id = table.Column<string>(type: "TEXT", nullable: false),
                    shown = table.Column<string>(type: "TEXT", nullable: false),
                    status = table.Column<string>(type: "TEXT", nullable: false),
                    answer = table.Column<string>(type: "TEXT", nullable: true),
                    expires_at = table.Column<DateTime>(type: "TEXT", nullable: true),
                    created_at = table.Column<DateTime>(type: "TEXT", nullable: false),
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_questions", x => x.id);
                    table.ForeignKey(
                        name: "fk_questions_sessions_session_id",
                        column: x => x.session_id,
                        principalTable: "sessions",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade
                    );
                    table.ForeignKey(
                        name: "fk_questions_stage_runs_run_id",
                        column: x => x.run_id,
                        principalTable: "stage_runs",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade
                    );
                }
            );

            migrationBuilder.CreateIndex(
                name: "ix_stage_runs_session_id_stage_kind_number",
                table: "stage_runs",
                columns: new[] { "session_id", "stage", "kind", "number" },
                unique: true
            );

            migrationBuilder.CreateIndex(
                name: "ix_questions_run_id_call_id",
                table: "questions",
                columns: new[] { "run_id", "call_id" },
                unique: true
            );

            migrationBuilder.CreateIndex(
                name: "ix_questions_session_id_status",
                table: "questions",
                columns: new[] { "session_id", "status" }
            );
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(name: "questions");

            migrationBuilder.DropIndex(name: "ix_stage_runs_session_id_stage_kind_number", table: "stage_runs");

            migrationBuilder.DropColumn(name: "cost_nanos", table: "turns");

            migrationBuilder.DropColumn(name: "model", table: "turns");

            migrationBuilder.DropColumn(name: "idle_seconds", table: "stage_runs");

            migrationBuilder.DropColumn(name: "kind", table: "stage_runs");

            migrationBuilder.DropColumn(name: "options", table: "stage_runs");

            migrationBuilder.DropColumn(name: "parent_id", table: "stage_runs");

            migrationBuilder.DropColumn(name: "activity", table: "sessions");

            migrationBuilder.DropColumn(name: "options", table: "sessions");

            migrationBuilder.CreateIndex(
                name: "ix_stage_runs_session_id_stage_number",
                table: "stage_runs",
                columns: new[] { "session_id", "stage", "number" },
                unique: true
            );
        }
    }
}
